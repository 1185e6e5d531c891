import type { Delta } from './protocol';
import type { Session } from './session';

/** The words that stand in a notebook's file for a stream; `kernel/display.py` writes the same. */

const UNFINISHED = '*The answer was still being written';

/** What stands there until the body is whole. */
export function unfinishedWords(streamId: string): string {
  return (
    `${UNFINISHED} when this notebook was saved. Open the notebook in Jupyter with ` +
    `nb_persistent_stream to see it whole (stream \`${streamId}\`).*`
  );
}

/** What the file holds of the body: nothing when it only says that there is more to come. */
export function savedCopy(markdown: string): string {
  return markdown.startsWith(UNFINISHED) ? '' : markdown;
}

/** What stands there at the end: the answer, or why there is none. */
export function finalWords({ deltas, state }: Session): string {
  return answer(deltas) || (state?.error?.message ?? `*The stream is empty (${state?.status}).*`);
}

/** The text of the model, without its reasoning and what else is folded away. */
export function answer(deltas: readonly Delta[]): string {
  const text = deltas.filter(({ kind }) => kind === 'text');
  return text.map((delta) => delta.text).join('');
}
