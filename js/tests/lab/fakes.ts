import type { ICodeCellModel } from '@jupyterlab/cells';
import type { Contents } from '@jupyterlab/services';
import { vi } from 'vitest';
import { type Bundle, MIME_TYPE, withWords } from '../../src/lab/bundle';
import type { StreamRecord } from '../../src/lab/rest';
import type { NotebookContext } from '../../src/lab/saver';
import { ID, state } from '../fakes';

export class FakeSignal<T> {
  readonly #slots = new Set<(sender: unknown, value: T) => void>();

  connect(slot: (sender: unknown, value: T) => void): void {
    this.#slots.add(slot);
  }

  emit(value: T): void {
    for (const slot of this.#slots) slot(null, value);
  }
}

export class FakeOutput {
  data: Bundle;
  readonly #onChange: () => void;

  constructor(data: Bundle, onChange: () => void) {
    this.data = data;
    this.#onChange = onChange;
  }

  readonly setData = vi.fn(({ data }: { data: Bundle }) => {
    this.data = data;
    this.#onChange();
  });
}

export class FakeCell {
  readonly type = 'code';
  readonly id: string;
  isDisposed = false;
  readonly list: FakeOutput[] = [];
  readonly #onChange: () => void;

  constructor(id: string, onChange: () => void) {
    this.id = id;
    this.#onChange = onChange;
  }

  readonly outputs = {
    list: this.list,
    get length() {
      return this.list.length;
    },
    get: (index: number) => this.list[index],
    add: ({ data }: { data: Bundle }) => {
      this.list.push(new FakeOutput(data, this.#onChange));
      this.#onChange();
    },
    remove: (index: number) => {
      this.list.splice(index, 1);
      this.#onChange();
    },
  };

  get ids(): unknown[] {
    return this.list.map(({ data }) => (data[MIME_TYPE] as { stream_id: string })?.stream_id);
  }

  get asModel(): ICodeCellModel {
    return this as unknown as ICodeCellModel;
  }
}

/** An open notebook whose file is `onDisk`. */
export class FakeNotebook {
  readonly path = 'folder/a b.ipynb';
  readonly localPath = this.path;
  readonly saveState = new FakeSignal<'started' | 'completed' | 'failed'>();
  readonly disposed = new FakeSignal<void>();
  readonly ready = Promise.resolve();
  isDisposed = false;
  contentsModel = { writable: true, last_modified: 'noon' };
  onDisk = { last_modified: 'noon' };
  /** What `save` waits for. */
  slow: Promise<void> = Promise.resolve();
  readonly model = {
    cells: [] as FakeCell[],
    dirty: false,
    readOnly: false,
    collaborative: false,
    contentChanged: new FakeSignal<void>(),
  };

  /** As JupyterLab saves: clean at the end, whatever changed meanwhile. */
  readonly save = vi.fn(async () => {
    this.saveState.emit('started');
    await this.slow;
    this.model.dirty = false;
    this.saveState.emit('completed');
  });

  readonly contents = { get: vi.fn(async () => this.onDisk) };

  change = (): void => {
    this.model.dirty = true;
    this.model.contentChanged.emit();
  };

  cell(id: string, ...streamIds: string[]): FakeCell {
    const cell = new FakeCell(id, this.change);
    for (const streamId of streamIds) {
      cell.list.push(new FakeOutput(bundle(streamId), this.change));
    }
    this.model.cells.push(cell);
    return cell;
  }

  get asContext(): NotebookContext {
    return this as unknown as NotebookContext;
  }

  get asContents(): Contents.IManager {
    return this.contents as unknown as Contents.IManager;
  }
}

export function bundle(streamId: string, words = 'Saved'): Bundle {
  return withWords({ [MIME_TYPE]: { stream_id: streamId, model_id: 'm' } }, words);
}

export function record(change: Partial<StreamRecord> = {}): StreamRecord {
  const place = { notebook: 'a.ipynb', cell_id: 'one', execution: 'first' };
  return { ...state().state, stream_id: ID, ...place, ...change };
}
