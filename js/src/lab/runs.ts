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

  /** Counts in a run of a cell that is not one of the notebook's own actions. */
  async during(cell: ICellModel, run: Promise<unknown>): Promise<void> {
    this.#run.add(cell);
    this.#running.add(cell);
    try {
      await run;
    } finally {
      this.#running.delete(cell);
    }
  }

  /** Whether an output that comes now may be of a cell that is being run. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  has(cell: ICellModel): boolean {
    return this.#run.has(cell);
  }
}
