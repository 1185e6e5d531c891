import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { Timer } from '../timer';
import { exclusively } from './exclusively';

export type NotebookContext = DocumentRegistry.IContext<INotebookModel>;

/** Whether a change is saved: one that the reader began, too, or only ours. */
export type Save = 'always' | 'if-clean' | 'never';

/** Outputs that come together are saved together. */
const SOON = 1_000;

/**
 * Saves a notebook unasked, and so never in a way that asks or overwrites: not while it is
 * read-only, not while a save is in flight, not when its file was changed by somebody else.
 */
export class Saver {
  readonly #context: NotebookContext;
  readonly #contents: Contents.IManager;
  readonly #signal: AbortSignal;
  readonly #soon: Timer;
  readonly #waiting = new Set<() => void>();
  #saving = false;
  /** Whether a save is on its way that has not begun. */
  #due = false;
  /** Changed while a save was under way: JupyterLab counts that as saved. */
  #missed = false;

  constructor(context: NotebookContext, contents: Contents.IManager, signal: AbortSignal) {
    this.#context = context;
    this.#contents = contents;
    this.#signal = signal;
    const save = () => {
      this.#due = false;
    };
    this.#soon = new Timer(() => void this.amend(save, 'always'), signal);
    const onSave = (_: unknown, state: DocumentRegistry.SaveState) => this.#onSave(state);
    context.saveState.connect(onSave);
    context.model.contentChanged.connect(() => {
      this.#missed ||= this.#saving;
    });
    signal.addEventListener('abort', () => this.#release());
  }

  /** Whether the reader has changed nothing that is not saved, or is being saved, or soon will be. */
  get clean(): boolean {
    return this.#saving || this.#due || !this.#context.model.dirty;
  }

  /** Whether there is something to save. */
  get dirty(): boolean {
    return this.#missed || this.#context.model.dirty;
  }

  /** Saves what has changed, in about a second. */
  soon(): void {
    this.#due = true;
    if (!this.#soon.pending) this.#soon.start(SOON);
  }

  /**
   * Changes the notebook on behalf of the page, not of the reader. Where it can't be saved it stays
   * as clean as it was: JupyterLab would save it later, and ask about the file that had changed.
   */
  async amend(change: () => void, save: Save): Promise<void> {
    for (let done = false; !done && !this.#signal.aborted; ) {
      await this.#idle();
      done = await exclusively(this.#context.path, () => this.#tryAmend(change, save));
    }
  }

  /** False when a save began meanwhile: what it writes must not change under it. */
  async #tryAmend(change: () => void, save: Save): Promise<boolean> {
    const writable = await this.#writable();
    if (this.#signal.aborted) return true;
    if (this.#saving) return false;
    const { model } = this.#context;
    const wasDirty = model.dirty;
    change();
    if (!writable) model.dirty = wasDirty;
    else if (this.dirty && (save === 'always' || (save === 'if-clean' && !wasDirty))) {
      await this.#save();
    }
    return true;
  }

  /** JupyterLab has told the reader when it fails. */
  #save(): Promise<void> {
    return this.#context.save().catch(() => {});
  }

  async #writable(): Promise<boolean> {
    const { model, path, contentsModel } = this.#context;
    // A notebook that is edited together is saved by the server.
    if (model.readOnly || model.collaborative || !contentsModel?.writable) return false;
    try {
      const onDisk = await this.#contents.get(path, { content: false });
      return onDisk.last_modified === this.#context.contentsModel?.last_modified;
    } catch {
      return false;
    }
  }

  #onSave(state: DocumentRegistry.SaveState): void {
    this.#saving = state === 'started';
    if (this.#saving) this.#missed = false;
    if (!this.#saving) this.#release();
  }

  async #idle(): Promise<void> {
    if (this.#saving) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
