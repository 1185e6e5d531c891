/** A piece of work; true when there is more of it. */
export type Job = () => boolean;

/** What is left to do when there is time: typesetting, colours of a language that came late. */
export class Work {
  /** Ends with the view. */
  readonly signal: AbortSignal;
  readonly #wake: () => void;
  readonly #jobs: Job[] = [];
  #next = 0;

  /** `wake` is told when work comes up by itself. */
  constructor(wake: () => void, signal: AbortSignal) {
    this.#wake = wake;
    this.signal = signal;
  }

  get pending(): boolean {
    return this.#next < this.#jobs.length;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    this.#wake();
  }

  /** Does one job, or a part of one. */
  step(): void {
    const job = this.#jobs[this.#next];
    if (!job || job()) return;
    this.#next++;
    if (this.pending) return;
    this.#jobs.length = this.#next = 0;
  }
}
