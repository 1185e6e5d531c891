import { unfinishedWords } from '../snapshot';
import { inert } from './inert';

export const MIME_TYPE = 'application/vnd.nb-persistent-stream.v1+json';

const MARKDOWN = 'text/markdown';
const PLAIN = 'text/plain';
const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';

/** An output's data by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** The stream that an output shows, or null when it shows none. */
export function streamIdOf(data: Bundle): string | null {
  const value = data[MIME_TYPE];
  if (typeof value !== 'object' || value === null) return null;
  const { stream_id: id } = value as { readonly stream_id?: unknown };
  return typeof id === 'string' ? id : null;
}

/** Whether an output shows a stream that was there before its cell was run. */
export function isReused(data: Bundle): boolean {
  const value = data[MIME_TYPE] as { readonly reused?: unknown } | null | undefined;
  return value?.reused === true;
}

/** What the notebook's file holds of the body, or the empty string. */
export function snapshotOf(data: Bundle): string {
  const words = data[PLAIN] ?? data[MARKDOWN];
  return typeof words === 'string' ? words : '';
}

export function holdsWords(data: Bundle, words: string): boolean {
  return data[MARKDOWN] === inert(words) && data[PLAIN] === words;
}

/** As the kernel does at the end: without a widget, which other front ends prefer to the words. */
export function withWords<T extends Bundle>(data: T, words: string): T {
  const final = { ...data, [MARKDOWN]: inert(words), [PLAIN]: words };
  Reflect.deleteProperty(final, WIDGET_VIEW);
  return final;
}

/** The output of a stream whose first one never reached the file. */
export function outputFor(streamId: string) {
  const words = unfinishedWords(streamId);
  return {
    output_type: 'display_data',
    data: withWords({ [MIME_TYPE]: { stream_id: streamId, model_id: '' } }, words),
    metadata: {},
  };
}
