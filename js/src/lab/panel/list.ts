import type { ListedStream, ListMessage, ListQuery, ListWindow, WireError } from '../../protocol';
import { MOST_LISTED } from '../../protocol';
import type { ListReceiver, ListSource } from '../../sources/source';
import { Timer } from '../../timer';

/** Starts to follow a list; null where there is nobody to ask. */
export type Follow = (receiver: ListReceiver, signal: AbortSignal) => ListSource | null;

/** The fewest that are asked for at once. */
const LEAST = 60;
/** How often the window may move while the reader scrolls. */
const PACE = 100;

/**
 * What the reader looks at of the server's list of streams: one window of it, kept up to date while
 * it is open, that moves before the reader comes to its edge.
 */
export class StreamList implements ListReceiver {
  readonly #changed: () => void;
  readonly #pace: Timer;
  /** Null stands for a list that is empty by itself, such as that of no notebook. */
  #query: ListQuery | null = {};
  #first = 0;
  #count = LEAST;
  #looked: readonly [from: number, to: number] = [0, 0];
  #received: ListMessage | null = null;
  #receivedAt = 0;
  #problem: WireError | null = null;
  #connected = true;
  #follow: Follow | null = null;
  #following: AbortController | null = null;
  #source: ListSource | null = null;

  /** `changed` is called whenever there is something else to see. */
  constructor(changed: () => void, signal: AbortSignal) {
    this.#changed = changed;
    this.#pace = new Timer(() => this.#move(), signal);
    signal.addEventListener('abort', () => this.close());
  }

  /** How many streams there are; null until the server has said so. */
  get total(): number | null {
    return this.#query === null ? 0 : (this.#received?.total ?? null);
  }

  get query(): ListQuery | null {
    return this.#query;
  }

  /** Why there is nothing to see. */
  get problem(): WireError | null {
    return this.#problem;
  }

  /** Whether what is shown may be old, because the connection is lost. */
  get reconnecting(): boolean {
    return !this.#connected;
  }

  get window(): ListWindow {
    return { query: this.#query ?? {}, first: this.#first, count: this.#count };
  }

  /** The stream at a place in the list; null while it is not known. */
  at(index: number): ListedStream | null {
    return this.#received?.streams[index - this.#received.first] ?? null;
  }

  /** Where a stream stands; null when it is not in the window. */
  indexOf(streamId: string): number | null {
    const { streams = [], first = 0 } = this.#received ?? {};
    const found = streams.findIndex((stream) => stream.stream_id === streamId);
    return found === -1 ? null : first + found;
  }

  /** Seconds from a stream's creation to now, or to its end. */
  elapsed({ elapsed, finished_at: end }: ListedStream): number {
    return end === null ? elapsed + (performance.now() - this.#receivedAt) / 1000 : elapsed;
  }

  /** Begins to follow; before that, and once closed, nothing is asked for. */
  open(follow: Follow): void {
    this.#follow = follow;
    this.#begin();
  }

  close(): void {
    this.#follow = null;
    this.#end();
  }

  /** Looks at another list, from its beginning. */
  search(query: ListQuery | null): void {
    this.#query = query;
    this.#first = 0;
    this.#looked = [0, 0];
    this.#problem = null;
    this.#pace.stop();
    if (query === null) this.#forget();
    else if (this.#source) this.#source.ask();
    else this.#begin();
  }

  /** Takes in which rows the reader sees: from one, to before another. */
  look(from: number, to: number): void {
    this.#looked = [from, to];
    if (!this.#pace.pending) this.#move();
  }

  receive(message: ListMessage): void {
    this.#received = message;
    this.#receivedAt = performance.now();
    this.#problem = null;
    this.#changed();
  }

  refuse(error: WireError): void {
    this.#problem = error;
    this.#forget();
  }

  connected(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#changed();
  }

  #begin(): void {
    if (!this.#follow || !this.#query || this.#source) return;
    this.#problem = null;
    this.#following = new AbortController();
    this.#source = this.#follow(this, this.#following.signal);
  }

  #end(): void {
    this.#following?.abort();
    this.#source = null;
    this.#pace.stop();
  }

  #forget(): void {
    this.#end();
    this.#received = null;
    this.#changed();
  }

  /** Moves the window to where the reader looks, unless there is enough before and after. */
  #move(): void {
    if (!this.#source) return;
    const [from, to] = this.#looked;
    const seen = to - from;
    const last = this.total ?? to;
    // It never shrinks: the rows that are cut at the edges make more and fewer all the time.
    const count = Math.max(this.#count, Math.min(3 * seen, MOST_LISTED));
    const spare = Math.floor((count - seen) / 4);
    const enough =
      count === this.#count &&
      this.#first <= Math.max(0, from - spare) &&
      this.#first + this.#count >= Math.min(last, to + spare);
    if (enough) return;
    const middle = from - Math.floor((count - seen) / 2);
    this.#first = Math.max(0, Math.min(middle, last - count));
    this.#count = count;
    this.#source.move();
    this.#pace.start(PACE);
  }
}
