import { make } from '../dom';
import { copyCodeOnClick } from './copycode';
import { SourceQueue } from './source';
import { Tail } from './tail';
import { Work } from './work';

/** So much is read before the clock is looked at, in characters. */
const SLICE = 4_096;

/**
 * Markdown that grows at its end, rendered as it comes at a cost that is linear in its length.
 * What it shows once all is read does not depend on how the text was cut.
 *
 * Nothing is rendered by itself: `step()` is called while `pending`, once a frame.
 */
export class Markdown {
  readonly element = make('div', 'nbps-md');
  readonly #queue = new SourceQueue();
  readonly #work: Work;
  readonly #tail: Tail;
  #ended = false;
  #finished = false;

  /** `wake` is told when there is something to do although nothing was appended. */
  constructor(wake: () => void, signal: AbortSignal) {
    this.#work = new Work(wake, signal);
    this.#tail = new Tail(this.element, this.#work);
    copyCodeOnClick(this.element, signal);
  }

  /** Whether there is more to show of what was appended. */
  get pending(): boolean {
    const unread = !this.#queue.empty || this.#tail.pending;
    return unread || this.#ended !== this.#finished || this.#work.pending;
  }

  append(text: string): void {
    this.#queue.add(text);
  }

  /** Nothing more comes: an end that was provisional is shown for what it is. */
  end(): void {
    this.#queue.end();
    this.#ended = true;
  }

  /** Renders for about so many milliseconds, and at least a little. */
  step(budget: number): void {
    const deadline = performance.now() + budget;
    let more = true;
    while (more) more = this.#advance() && performance.now() < deadline;
  }

  /** Does one thing; false when there is no more to do now. */
  #advance(): boolean {
    if (!this.#queue.empty) {
      this.#tail.add(this.#queue.take(SLICE));
      this.#tail.show();
    } else if (this.#ended && !this.#finished) {
      this.#tail.finish();
      this.#finished = true;
    } else if (this.#work.pending) {
      this.#work.step();
    } else {
      this.#tail.show();
      return false;
    }
    return true;
  }
}
