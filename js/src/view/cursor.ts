import { byteLength, type Delta } from '../protocol';

/** A reader of a log of deltas, which may stand within a delta, never within a character. */
export class Cursor {
  readonly #log: readonly Delta[];
  #index = 0;
  /** The UTF-16 units that were read of the delta at `#index`. */
  #within = 0;
  #offset = 0;

  constructor(log: readonly Delta[]) {
    this.#log = log;
  }

  /** The bytes that were read. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether all that the log holds was read. */
  get atEnd(): boolean {
    return this.#index >= this.#log.length;
  }

  /** Reads on for so many UTF-16 units, and to the end of the character that they end in. */
  read(units: number): Delta[] {
    const read: Delta[] = [];
    let left = units;
    for (let delta = this.#log[this.#index]; delta && left > 0; delta = this.#log[this.#index]) {
      const end = boundary(delta.text, this.#within + left);
      const text = delta.text.slice(this.#within, end);
      read.push({ ...delta, offset: this.#offset, text });
      left -= text.length;
      this.#offset += byteLength(text);
      this.#within = end;
      if (end < delta.text.length) break;
      this.#index += 1;
      this.#within = 0;
    }
    return read;
  }

  /** Reads what the log holds. */
  readAll(): Delta[] {
    return this.read(Number.POSITIVE_INFINITY);
  }
}

/** Where a text may be cut, at a place or one unit after it. */
function boundary(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? at + 1 : at;
}
