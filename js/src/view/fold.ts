import type { Choices } from './choices';
import { make } from './dom';

/** Makes the next section of a body. */
export type NewFold = (className: string) => Fold;

/** A body's sections, each as the reader left it when the stream was shown before. */
export function foldsOf({ folds }: Choices, signal: AbortSignal): NewFold {
  let count = 0;
  return (className) => {
    const number = count++;
    return new Fold(className, folds.get(number), (open) => folds.set(number, open), signal);
  };
}

/** A section that opens and folds by itself, until the reader has opened or folded it. */
export class Fold {
  readonly element = make('details', '');
  readonly summary = make('summary', 'nbps-summary');
  #readers: boolean;

  /** `chosen` is what the reader chose before; `keep` is told what is chosen now. */
  constructor(
    className: string,
    chosen: boolean | undefined,
    keep: (open: boolean) => void,
    signal: AbortSignal,
  ) {
    this.element.className = className;
    this.element.append(this.summary);
    this.element.open = chosen ?? false;
    this.#readers = chosen !== undefined;
    // Keys click too, before the section turns; `toggle` would also tell what the view did itself.
    const onClick = () => {
      this.#readers = true;
      keep(!this.element.open);
    };
    this.summary.addEventListener('click', onClick, { signal });
  }

  setOpen(open: boolean): void {
    if (!this.#readers) this.element.open = open;
  }
}
