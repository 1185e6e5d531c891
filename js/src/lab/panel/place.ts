import type { ListedStream } from '../../protocol';
import type { StreamList } from './list';

/** A place in the list, held by the stream that stands there: that moves when others begin. */
export class Place {
  readonly #list: StreamList;
  #index = 0;
  #streamId: string | null = null;

  constructor(list: StreamList) {
    this.#list = list;
  }

  get index(): number {
    return this.#index;
  }

  get stream(): ListedStream | null {
    return this.#list.at(this.#index);
  }

  /** Goes to an index, or the nearest that there is. */
  go(index: number): void {
    this.#index = Math.max(0, Math.min(index, (this.#list.total ?? 0) - 1));
    this.#streamId = this.stream?.stream_id ?? null;
  }

  /** Goes to the beginning of a list that is not known yet. */
  reset(): void {
    this.#index = 0;
    this.#streamId = null;
  }

  /** Goes where its stream now is, or stays if that is gone; says how far it went. */
  follow(): number {
    const before = this.#index;
    const found = this.#streamId === null ? null : this.#list.indexOf(this.#streamId);
    this.go(found ?? before);
    return this.#index - before;
  }
}
