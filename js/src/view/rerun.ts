import type { Feed } from '../feed';
import type { Rerun } from '../registry';
import { button } from './buttons';

/** Asks anew what this stream was reused for; there only while that can be done. */
export class RerunButton {
  readonly element = button('nbps-rerun', 'Re-run');
  readonly #feed: Feed;
  readonly #rerun: Rerun | undefined;
  #pressed = false;

  constructor(feed: Feed, rerun: Rerun | undefined, signal: AbortSignal) {
    this.#feed = feed;
    this.#rerun = rerun;
    this.update();
    if (!rerun) return;
    this.element.title = 'Run this cell, and ask the model again instead of reusing its answer';
    this.element.addEventListener('click', () => void this.#run(), { signal });
    rerun.onChange(() => this.update(), signal);
  }

  update(): void {
    this.element.hidden = !this.#feed.session.final || !this.#rerun?.possible;
    this.element.disabled = this.#pressed;
  }

  /** The view goes away with the cell's output, unless the cell could not be run. */
  async #run(): Promise<void> {
    this.#pressed = true;
    this.update();
    await this.#rerun?.run();
    this.#pressed = false;
    this.update();
  }
}
