import type { NotebookContext } from './saver';

/**
 * Tells the server which streams a notebook's file has held, once a save has succeeded. What a
 * reader removed or ran anew before the first save counts, too: it was not lost.
 */
export class Placed {
  readonly #report: (streamIds: string[]) => Promise<boolean>;
  /** The streams that this page has had in the notebook, and has not reported. */
  readonly #pending = new Set<string>();
  readonly #reported = new Set<string>();
  #saving: string[] = [];

  constructor(
    context: NotebookContext,
    present: () => Iterable<string>,
    report: (streamIds: string[]) => Promise<boolean>,
  ) {
    this.#report = report;
    context.saveState.connect((_, state) => {
      // What comes while the save is under way is not in it.
      if (state === 'started') {
        this.saw(present());
        this.#saving = [...this.#pending];
      } else if (state === 'completed') void this.#tell(this.#saving);
    });
  }

  saw(streamIds: Iterable<string>): void {
    for (const id of streamIds) if (!this.#reported.has(id)) this.#pending.add(id);
  }

  /** They are in the file already. */
  found(streamIds: readonly string[]): Promise<void> {
    return this.#tell(streamIds.filter((id) => !this.#reported.has(id)));
  }

  async #tell(streamIds: readonly string[]): Promise<void> {
    if (streamIds.length === 0 || !(await this.#report([...streamIds]))) return;
    for (const id of streamIds) {
      this.#pending.delete(id);
      this.#reported.add(id);
    }
  }
}
