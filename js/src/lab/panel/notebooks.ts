import type { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

/** A cell that shows a stream to whoever runs it, in the notebook format. */
export type WatchCell = {
  cell_type: 'code';
  source: string;
  metadata: { trusted: true };
  outputs: [];
  execution_count: null;
};

export function watchCell(streamId: string): WatchCell {
  // An id is of letters, digits and dashes; as JSON it is a string of Python whatever it is.
  const source = `from nb_persistent_stream import watch\nwatch(${JSON.stringify(streamId)})`;
  return {
    cell_type: 'code',
    source,
    metadata: { trusted: true },
    outputs: [],
    execution_count: null,
  };
}

/** The notebook that the reader works in, where there is one. */
export class Notebooks {
  readonly #tracker: INotebookTracker | null;
  readonly #actions: typeof NotebookActions | null;

  constructor(tracker: INotebookTracker | null, actions: typeof NotebookActions | null) {
    this.#tracker = tracker;
    this.#actions = actions;
  }

  /** Its path below the server's root. */
  get path(): string | null {
    return this.#current?.context.localPath ?? null;
  }

  /** Why no cell can be inserted now; empty when one can. */
  get hindrance(): string {
    const current = this.#current;
    if (!current) return 'Open a notebook to insert a cell into it.';
    if (current.context.model.readOnly) return 'This notebook is read-only.';
    return '';
  }

  /** Inserts a cell that watches a stream below the active one; the reader can undo it. */
  insertWatch(streamId: string): void {
    const current = this.#current;
    if (!current || this.hindrance) return;
    const { content } = current;
    const index = Math.min(content.activeCellIndex + 1, content.widgets.length);
    content.model?.sharedModel.insertCell(index, watchCell(streamId));
    content.deselectAll();
    content.activeCellIndex = index;
    void this.#actions?.focusActiveCell(content);
  }

  /** The model of the active cell. */
  get activeCell() {
    return this.#current?.content.activeCell?.model ?? null;
  }

  /** Calls whenever the reader turns to another notebook, or this one gets another name. */
  onTurn(turn: () => void): void {
    const watched = new WeakSet<NotebookPanel>();
    this.#tracker?.currentChanged.connect((_, panel) => {
      turn();
      if (!panel || watched.has(panel)) return;
      watched.add(panel);
      panel.context.pathChanged.connect(turn);
    });
  }

  get #current(): NotebookPanel | null {
    return this.#tracker?.currentWidget ?? null;
  }
}
