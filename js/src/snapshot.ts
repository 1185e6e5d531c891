import { type Delta, isWords } from './protocol';
import type { Session } from './session';

/** The words that stand in a notebook's file for a stream; `kernel/display.py` writes the same. */

const UNFINISHED = '*The answer was still being written';

/** What stands there until the body is whole. */
export function unfinishedWords(streamId: string): string {
  return (
    `${UNFINISHED} when this notebook was saved. Open it in Jupyter with ` +
    `nb_persistent_stream to see it whole (stream \`${streamId}\`).*`
  );
}

/** What a notebook's file holds of a body; not whole when it says itself that more was to come. */
export interface SavedCopy {
  readonly text: string;
  readonly whole: boolean;
}

export function savedCopy(markdown: string): SavedCopy {
  const end = markdown.lastIndexOf('\n\n');
  const last = end === -1 ? markdown : markdown.slice(end + 2);
  if (!last.startsWith(UNFINISHED)) return { text: markdown, whole: markdown !== '' };
  return { text: end === -1 ? '' : markdown.slice(0, end), whole: false };
}

/** What stands there at the end: the answer, or why there is none. */
export function finalWords({ deltas, state }: Session): string {
  return answer(deltas) || (state?.error?.message ?? `*The stream is empty (${state?.status}).*`);
}

/** A stream's own words, without reasoning and what else is folded away; messages are lines. */
export function answer(deltas: readonly Delta[]): string {
  const words = deltas.filter(({ kind }) => isWords(kind));
  return words.map(({ kind, text }) => (kind === 'json' ? `${text}\n` : text)).join('');
}
