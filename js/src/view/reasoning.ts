import type { Delta } from '../protocol';
import type { Part } from './body';
import { setText } from './dom';
import type { Fold, NewFold } from './fold';
import type { Prose } from './prose';
import { duration } from './words';

/** Seconds since some moment; null where this page does not know when it was. */
export type Clock = () => number | null;

/** What the model thinks before it answers: open meanwhile, then folded. */
export class Reasoning implements Part {
  readonly element: HTMLElement;
  readonly prose: Prose;
  readonly #fold: Fold;
  readonly #clock: Clock;
  readonly #began: number | null;

  constructor(prose: Prose, clock: Clock, newFold: NewFold) {
    this.prose = prose;
    this.#clock = clock;
    this.#began = clock();
    this.#fold = newFold('nbps-aside nbps-reasoning');
    this.element = this.#fold.element;
    this.element.append(prose.element);
    this.#fold.setOpen(true);
    setText(this.#fold.summary, 'Thinking…');
  }

  append({ text }: Delta): void {
    this.prose.append(text);
  }

  end(followed: boolean): void {
    this.prose.end();
    const now = this.#clock();
    const known = this.#began !== null && now !== null;
    setText(this.#fold.summary, known ? thoughtFor(now - this.#began) : 'Thought');
    if (followed) this.#fold.setOpen(false);
  }
}

function thoughtFor(seconds: number): string {
  return `Thought for ${seconds < 1 ? 'a moment' : duration(seconds, true)}`;
}
