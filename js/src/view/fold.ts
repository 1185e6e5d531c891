import { make } from './dom';

/** A section that opens and folds by itself, until the reader has opened or folded it. */
export class Fold {
  readonly element = make('details', '');
  readonly summary = make('summary', 'nbps-summary');
  #readers = false;

  constructor(className: string, signal: AbortSignal) {
    this.element.className = className;
    this.element.append(this.summary);
    // Keys click too; the `toggle` event would also tell of what the view did itself.
    this.summary.addEventListener('click', () => this.#keep(), { signal });
  }

  setOpen(open: boolean): void {
    if (!this.#readers) this.element.open = open;
  }

  #keep(): void {
    this.#readers = true;
  }
}
