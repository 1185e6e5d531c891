/** The words of the wire (see ARCHITECTURE.md), and the pure functions on them. */

export type Status = 'pending' | 'streaming' | 'done' | 'error' | 'cancelled' | 'timeout';

/** A piece of the body; `offset` is the UTF-8 bytes of the body before it, over all kinds. */
export interface Delta {
  readonly offset: number;
  readonly kind: string;
  readonly text: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export interface WireError {
  readonly type: string;
  readonly message: string;
}

/** The stream that another one replies to, or asks once more. */
export interface StreamLink {
  readonly stream_id: string;
  readonly relation: 'reply' | 'retry';
}

export interface StreamState {
  readonly stream_id: string;
  readonly status: Status;
  readonly title: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly length: number;
  readonly elapsed: number;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly link: StreamLink | null;
  readonly finish_reason: string | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
  readonly error: WireError | null;
  readonly cancel_requested: boolean;
  readonly notice: string | null;
}

/** A stream as the live list has it. */
export interface ListedStream extends StreamState {
  /** The notebook's path below the server's root; null when there is none, or it lies outside. */
  readonly notebook: string | null;
  readonly cell_id: string | null;
  readonly tags: readonly string[];
  /** The beginning of what was asked, on one line. */
  readonly prompt: string | null;
}

/** Which streams a list holds: all, where nothing is said. */
export interface ListQuery {
  /** All these words, in the title, the tags, the prompt, the model, the notebook or the id. */
  readonly search?: string;
  readonly notebook?: string;
  /** True for those that have not ended. */
  readonly live?: boolean;
}

/** A part of a list, newest first. */
export interface ListWindow {
  readonly query: ListQuery;
  readonly first: number;
  /** At most `MOST_LISTED`. */
  readonly count: number;
}

export const MOST_LISTED = 200;

export interface DeltasMessage {
  readonly type: 'deltas';
  readonly deltas: readonly Delta[];
}

export interface StateMessage {
  readonly type: 'state';
  readonly state: StreamState;
}

export interface ListMessage {
  readonly type: 'list';
  /** How many streams the query finds. */
  readonly total: number;
  readonly first: number;
  readonly streams: readonly ListedStream[];
}

export interface ErrorMessage {
  readonly type: 'error';
  readonly error: WireError;
}

export type Message = DeltasMessage | StateMessage | ErrorMessage;

/** What comes over the live socket, which has lists as well. */
export type LiveMessage = Message | ListMessage;

/** Where a message came from: the comm of a widget, or the page's live socket. */
export type SourceName = 'kernel' | 'server';

const LIVE: readonly Status[] = ['pending', 'streaming'];

/** How far along a status is: it never goes back, and every final status is equally far. */
export function progress(status: Status): number {
  const index = LIVE.indexOf(status);
  return index === -1 ? LIVE.length : index;
}

/** Whether the stream has ended; only what broke off may still live again. */
export function isFinal(status: Status): boolean {
  return progress(status) === LIVE.length;
}

/** Whether the stream ended in a way that it may be taken up after. */
export function brokeOff({ status }: StreamState): boolean {
  return status === 'timeout' || status === 'error';
}

/** The UTF-8 bytes of one UTF-16 unit; the two halves of a surrogate pair share their four. */
function unitBytes(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}

/** The UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += unitBytes(text.charCodeAt(i));
  return bytes;
}

/** The offset of what follows a delta. */
export function endOf(delta: Delta): number {
  return delta.offset + byteLength(delta.text);
}

/** Whether a kind is a stream's own words: an answer in Markdown, or what a program sends. */
export function isWords(kind: string): boolean {
  return kind === 'text' || kind === 'plain' || kind === 'json' || kind === 'bytes';
}

/**
 * What a reader who stands at `offset` has not seen of a delta: null when it has seen it all.
 * A delta that begins beyond the offset is a gap and comes back as it is, for the caller to see.
 *
 * @throws RangeError The offset lies within a character, so no reader has come to stand there.
 */
export function after(delta: Delta, offset: number): Delta | null {
  if (delta.offset >= offset) return delta;
  let bytes = delta.offset;
  let seen = 0;
  for (const character of delta.text) {
    if (bytes >= offset) break;
    bytes += byteLength(character);
    seen += character.length;
  }
  if (bytes > offset) throw new RangeError(`The offset ${offset} lies within a character.`);
  const text = delta.text.slice(seen);
  return text ? { ...delta, offset, text } : null;
}

/** A message as it came off a wire, or null for one that this version does not know. */
export function asMessage(content: unknown): Message | null {
  const type = (content as { type?: unknown } | null)?.type;
  return type === 'deltas' || type === 'state' || type === 'error' ? (content as Message) : null;
}

/** The same of what came off the live socket. */
export function asLiveMessage(content: unknown): LiveMessage | null {
  const { type } = (content ?? {}) as { type?: unknown };
  return type === 'list' ? (content as ListMessage) : asMessage(content);
}
