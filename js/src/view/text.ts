import { make } from './dom';

/** Where a text node is long enough: appending to it copies it, so that cost would be quadratic. */
const LONG = 4_096;

/** Text that grows at its end, one block a paragraph; the blocks joined are exactly the text. */
export class TextFlow {
  readonly #parent: HTMLElement;
  readonly #className: string;
  #waiting = '';
  #paragraph: HTMLElement | null = null;
  #node: Text | null = null;
  /** The newlines that the open paragraph ends with. */
  #newlines = 0;

  constructor(parent: HTMLElement, className: string) {
    this.#parent = parent;
    this.#className = className;
  }

  /** Takes text in; it is shown by the next flush. */
  append(text: string): void {
    this.#waiting += text;
  }

  flush(): void {
    let run = '';
    for (const part of this.#waiting.split(/(\n+)/)) {
      if (part.startsWith('\n')) {
        this.#newlines += part.length;
      } else if (part) {
        if (this.#newlines >= 2) {
          this.#write(run);
          this.#paragraph = null;
          run = '';
        }
        this.#newlines = 0;
      }
      run += part;
    }
    this.#write(run);
    this.#waiting = '';
  }

  #write(text: string): void {
    if (!text) return;
    if (this.#paragraph === null) {
      this.#paragraph = make('div', this.#className);
      this.#parent.append(this.#paragraph);
      this.#node = null;
    }
    if (this.#node === null || this.#node.length > LONG) {
      this.#node = document.createTextNode('');
      this.#paragraph.append(this.#node);
    }
    this.#node.appendData(text);
  }
}
