import type { CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Rerun } from '../registry';
import type { Runs } from './runs';

/** What a cell's execution says to the kernel; `kernel/frontend.py` reads it. */
const AFRESH = { 'nb-persistent-stream:afresh': true };

interface Place {
  readonly panel: NotebookPanel;
  readonly cell: CodeCell;
}

/** Runs cells with nothing reused in that one run. */
export class Reruns {
  readonly #runs: Runs;
  readonly #listeners = new Set<() => void>();
  #tracker: INotebookTracker | null = null;
  #CodeCell: typeof CodeCell | null = null;

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  /** Begins to be possible, in the notebooks of a tracker. */
  begin(tracker: INotebookTracker, Cell: typeof CodeCell): void {
    this.#tracker = tracker;
    this.#CodeCell = Cell;
    tracker.widgetAdded.connect((_, panel) => this.#watch(panel));
    tracker.forEach((panel) => void this.#watch(panel));
  }

  /** The run of the cell in whose output an element stands, if it stands in one. */
  of(element: Element): Rerun {
    const possible = () => this.#find(element)?.panel.sessionContext.session?.kernel != null;
    return {
      get possible() {
        return possible();
      },
      run: () => this.#run(element),
      onChange: (listener, signal) => {
        this.#listeners.add(listener);
        signal.addEventListener('abort', () => this.#listeners.delete(listener));
      },
    };
  }

  #watch({ sessionContext }: NotebookPanel): void {
    const tell = () => {
      for (const listener of this.#listeners) listener();
    };
    sessionContext.kernelChanged.connect(tell);
    tell();
  }

  #find(element: Element): Place | null {
    let place: Place | null = null;
    this.#tracker?.forEach((panel) => {
      const cell = panel.content.widgets.find(({ node }) => node.contains(element));
      if (cell?.model.type === 'code') place ??= { panel, cell: cell as CodeCell };
    });
    return place;
  }

  async #run(element: Element): Promise<void> {
    const place = this.#find(element);
    if (!place || !this.#CodeCell) return;
    const { cell, panel } = place;
    const run = this.#CodeCell.execute(cell, panel.sessionContext, AFRESH);
    // What goes wrong in the cell stands in its output.
    await this.#runs.during(cell.model, run).catch(() => {});
  }
}
