import type { ICellModel } from '@jupyterlab/cells';
import type { NotebookActions } from '@jupyterlab/notebook';

/** Which cells this page has run, and whether it is running one. */
export class Runs {
  readonly #run = new WeakSet<ICellModel>();
  readonly #running = new Set<ICellModel>();

  /** Without actions there are no notebooks, and nothing is ever run. */
  constructor(actions: typeof NotebookActions | null) {
    actions?.executionScheduled.connect((_, { cell: { model } }) => {
      this.#run.add(model);
      this.#running.add(model);
    });
    actions?.executed.connect((_, { cell }) => this.#running.delete(cell.model));
  }

  /** Whether an output that comes now may be of a cell that is being run. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  has(cell: ICellModel): boolean {
    return this.#run.has(cell);
  }
}
