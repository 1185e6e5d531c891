/** A timeout that can be started anew. Starting replaces what was pending; the signal ends it. */
export class Timer {
  readonly #run: () => void;
  readonly #signal: AbortSignal;
  #id: ReturnType<typeof setTimeout> | undefined;

  constructor(run: () => void, signal: AbortSignal) {
    this.#run = run;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.stop());
  }

  get pending(): boolean {
    return this.#id !== undefined;
  }

  start(milliseconds: number): void {
    this.stop();
    if (this.#signal.aborted) return;
    this.#id = setTimeout(() => {
      this.#id = undefined;
      this.#run();
    }, milliseconds);
  }

  stop(): void {
    clearTimeout(this.#id);
    this.#id = undefined;
  }
}
