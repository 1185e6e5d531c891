import { type Delta, isWords } from '../protocol';
import type { Session } from '../session';
import type { Body } from './body';
import { Cursor } from './cursor';
import { Frame } from './frame';
import { Pace } from './pace';
import { codePoints } from './words';

/** How long a frame may render, in milliseconds: the page needs the rest of it. */
export const BUDGET = 8;

/** Gives a body what its session knows, frame by frame, at a pace that reads well. */
export class Player {
  readonly #session: Session;
  readonly #body: Body;
  readonly #shown: () => void;
  readonly #cursor: Cursor;
  readonly #pace = new Pace();
  readonly #frame: Frame;
  #characters = 0;

  /** `shown` is told after each frame. What is there already is shown by the first `play()`. */
  constructor(session: Session, body: Body, shown: () => void, signal: AbortSignal) {
    this.#session = session;
    this.#body = body;
    this.#shown = shown;
    this.#cursor = new Cursor(session.deltas);
    this.#frame = new Frame(() => this.play(), signal);
    this.#arrive(session.deltas);
    const onDeltas = (deltas: readonly Delta[]) => {
      this.#arrive(deltas);
      this.wake();
    };
    session.subscribe({ onDeltas }, signal);
  }

  /** The bytes of the body that are shown. */
  get offset(): number {
    return this.#cursor.offset;
  }

  /** The characters of the answer that are shown. */
  get characters(): number {
    return this.#characters;
  }

  /** Plays a frame soon. */
  wake(): void {
    this.#frame.request();
  }

  /** Plays a frame. */
  play(): void {
    const hurry = this.#session.final || document.hidden || motionless();
    const units = hurry ? this.#pace.skip() : this.#pace.step(performance.now());
    const deltas = this.#cursor.read(units);
    this.#body.append(deltas);
    for (const { kind, text } of deltas) {
      if (isWords(kind)) this.#characters += codePoints(text);
    }
    if (this.#session.complete) this.#body.end();
    this.#body.step(BUDGET);
    // There may be more than one frame can take.
    if (this.#pace.waiting > 0 || this.#body.pending) this.wake();
    this.#shown();
  }

  #arrive(deltas: readonly Delta[]): void {
    const amount = deltas.reduce((sum, { text }) => sum + text.length, 0);
    if (amount > 0) this.#pace.arrive(amount, performance.now());
  }
}

function motionless(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
