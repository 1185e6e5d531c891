import { Timer } from '../timer';

/** A page that is not visible gets no animation frames. */
const HIDDEN_FRAME = 200;

/** Runs a task at most once an animation frame, and still now and then while the page is hidden. */
export class Frame {
  readonly #run: () => void;
  readonly #timer: Timer;
  #request: number | null = null;

  constructor(task: () => void, signal: AbortSignal) {
    this.#run = () => {
      this.#cancel();
      task();
    };
    this.#timer = new Timer(this.#run, signal);
    signal.addEventListener('abort', () => this.#cancel());
  }

  request(): void {
    if (this.#request !== null) return;
    this.#request = requestAnimationFrame(this.#run);
    // Both at once: the page may be hidden after the frame was asked for.
    this.#timer.start(HIDDEN_FRAME);
  }

  #cancel(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#timer.stop();
  }
}
