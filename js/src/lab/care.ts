import type { INotebookTracker } from '@jupyterlab/notebook';
import type { StreamObserver } from '../registry';
import { NotebookKeeper, type Surroundings } from './keeper';
import type { NotebookContext } from './saver';

/** Keeps the streams of all open notebooks in their files. */
export class NotebookCare implements StreamObserver {
  readonly #page: Surroundings;
  /** Two panels may show one notebook. */
  readonly #keepers = new Map<NotebookContext, NotebookKeeper>();

  constructor(tracker: INotebookTracker, page: Surroundings) {
    this.#page = page;
    tracker.widgetAdded.connect((_, { context }) => void this.#open(context));
    tracker.forEach(({ context }) => void this.#open(context));
  }

  live(streamId: string): void {
    for (const keeper of this.#keepers.values()) keeper.live(streamId);
  }

  complete(streamId: string, words: string): void {
    for (const keeper of this.#keepers.values()) keeper.complete(streamId, words);
  }

  async #open(context: NotebookContext): Promise<void> {
    await context.ready;
    if (context.isDisposed || this.#keepers.has(context)) return;
    const controller = new AbortController();
    const keeper = new NotebookKeeper(context, this.#page, controller.signal);
    this.#keepers.set(context, keeper);
    context.disposed.connect(() => {
      this.#keepers.delete(context);
      controller.abort();
    });
    await keeper.restore();
  }
}
