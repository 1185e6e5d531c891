/** The longest that text waits, in milliseconds: a third of a second less a slow frame. */
const LONGEST = 300;
/** What comes in shorter gaps than this looks smooth by itself, in milliseconds. */
const SMOOTH = 50;
/** A burst is spread over a little more than the gap before it: the next one may be late. */
const SLACK = 1.2;
/** More than this is not typed out, in characters: it is a catch-up, or faster than anyone reads. */
const MOST = 2_000;
/** A frame that took longer is a page that was busy, in milliseconds. */
const LONGEST_FRAME = 33;

/** Text that has arrived: `end` characters in all, to be shown by `due`. */
interface Arrival {
  readonly end: number;
  readonly due: number;
}

/**
 * How much of the text that has arrived is to be shown at a frame. A burst is spread over about as
 * long as the gap between bursts, and nothing waits for longer than `LONGEST`.
 *
 * Times are milliseconds of one clock, amounts are counts of characters (UTF-16 units).
 */
export class Pace {
  #arrivals: Arrival[] = [];
  #known = 0;
  #shown = 0;
  /** About how long it takes until more arrives; it rises at once and falls slowly. */
  #gap = 0;
  #arrivedAt: number | null = null;
  #frameAt = Number.NEGATIVE_INFINITY;

  /** How much has arrived and is not shown. */
  get waiting(): number {
    return this.#known - this.#shown;
  }

  arrive(amount: number, now: number): void {
    const gap = this.#arrivedAt === null ? 0 : Math.min(LONGEST, now - this.#arrivedAt);
    this.#gap = gap > this.#gap ? gap : this.#gap + (gap - this.#gap) / 4;
    this.#arrivedAt = now;
    this.#known += amount;
    const wait = this.#gap < SMOOTH ? 0 : Math.min(LONGEST, SLACK * this.#gap);
    this.#arrivals.push({ end: this.#known, due: now + wait });
  }

  /** How much more to show at this frame. */
  step(now: number): number {
    const frame = Math.min(LONGEST_FRAME, Math.max(1, now - this.#frameAt));
    this.#frameAt = now;
    if (this.waiting > MOST) return this.skip();
    let most = 0;
    for (const { end, due } of this.#arrivals) {
      // What would be late at the next frame is shown now.
      const part = Math.min(1, frame / Math.max(frame, due - now));
      most = Math.max(most, Math.ceil((end - this.#shown) * part));
    }
    this.#shown += most;
    this.#arrivals = this.#arrivals.filter(({ end }) => end > this.#shown);
    return most;
  }

  /** All that waits is to be shown. */
  skip(): number {
    const rest = this.waiting;
    this.#shown = this.#known;
    this.#arrivals = [];
    return rest;
  }
}
