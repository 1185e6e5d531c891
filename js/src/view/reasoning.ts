import { setText } from './dom';
import { Fold } from './fold';
import { duration } from './words';

/** Seconds since some moment; null where this page does not know when it was. */
export type Clock = () => number | null;

/** What the model thinks before it answers: open meanwhile, then folded. */
export class Reasoning {
  readonly element: HTMLElement;
  readonly #fold: Fold;
  readonly #clock: Clock;
  readonly #began: number | null;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#began = clock();
    this.#fold = new Fold('nbps-aside nbps-reasoning', signal);
    this.#fold.setOpen(true);
    this.element = this.#fold.element;
    this.element.dataset.kind = 'reasoning';
    setText(this.#fold.summary, 'Thinking…');
  }

  /** The thought is over; `answered` says that something follows it. */
  end(answered: boolean): void {
    const now = this.#clock();
    const known = this.#began !== null && now !== null;
    setText(this.#fold.summary, known ? thoughtFor(now - this.#began) : 'Thought');
    if (answered) this.#fold.setOpen(false);
  }
}

function thoughtFor(seconds: number): string {
  return `Thought for ${duration(Math.max(1, Math.round(seconds)), true)}`;
}
