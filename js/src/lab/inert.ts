/** Zero-width, in text as in code: after it nothing is a tag, an entity or a script's address. */
const JOINER = '\u2060';
const LIVE = /<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]+;)|(?:java|vb)script(?=\\?:)/gi;
/** Renderers disagree where such documents have their code. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines for some
const UNSURE = /\$\$|\\begin\{|\\\[|\]:|^[ \t>]*:|[\x00\x0b-\x1f\x85\u2028\u2029\u2424]/m;
const FENCE_LIKE = /^[ \t>*+\-0-9.)]*(?:`{3}|~{3})/;
const OPENING = /^(`{3,}|~{3,})[ \t]*[A-Za-z0-9_+#.-]*[ \t]*$/;

/**
 * A body as Markdown for the notebook's file, which others render: nbconvert lets raw HTML through.
 * The same text for a reader, with nothing in it that is HTML or a script to a renderer. Fenced
 * code is left as it is, to be copied, where there is no doubt that it is code.
 */
export function inert(markdown: string): string {
  const lines: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    if (!FENCE_LIKE.test(line)) {
      lines.push(fence ? line : defuse(line));
      continue;
    }
    const opening = OPENING.exec(line)?.[1];
    if (!opening || (fence && !closes(line, fence))) return defuse(markdown);
    fence = fence ? '' : opening;
    lines.push(line);
  }
  return fence || UNSURE.test(markdown) ? defuse(markdown) : lines.join('\n');
}

function closes(line: string, fence: string): boolean {
  return line.startsWith(fence) && [...line.trimEnd()].every((mark) => mark === fence[0]);
}

function defuse(text: string): string {
  return text.replace(LIVE, (found) => found + JOINER);
}
