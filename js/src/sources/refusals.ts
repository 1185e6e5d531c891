import type { WireError } from '../protocol';

/** The type of a source's word that it has no such stream. */
export const NOT_FOUND = 'not-found';

export const NO_KERNEL: WireError = { type: 'no-kernel', message: '' };
export const NO_SERVER: WireError = {
  type: 'no-server',
  message: 'This page has neither a kernel nor a Jupyter server to read the stream from.',
};
export const NO_EXTENSION: WireError = {
  type: 'no-extension',
  message: 'The server does not have the nb_persistent_stream extension, or it is not enabled.',
};
export const FORBIDDEN: WireError = {
  type: 'forbidden',
  message: 'The server does not let this page read streams. Log in again and reload the page.',
};
export const OUTDATED: WireError = {
  type: 'outdated',
  message:
    'The server runs an older nb_persistent_stream, which has no live list. Restart Jupyter.',
};

/** A server's word for a stream that its kernel keeps on another server. */
export const ELSEWHERE: WireError = { type: NOT_FOUND, message: '' };

/** After these it is of no use to ask the same server again. */
export const FINAL: readonly WireError[] = [NO_SERVER, NO_EXTENSION, FORBIDDEN, ELSEWHERE];
