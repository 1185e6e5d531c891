/**
 * How markdown-it writes a host's name in other letters than ASCII, in place of the library that it
 * brings along: as the browser will. Names that are written so already stay so: what looks like
 * another's name is no help to readers.
 */
export default {
  toASCII(host: string): string {
    return /[\u0080-\uffff]/.test(host) ? new URL(`http://${host}`).hostname : host;
  },
  toUnicode: (host: string): string => host,
};
