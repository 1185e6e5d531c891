import { make } from '../dom';
import type { Highlighter } from './highlight';

/** Lines in a wrapper of its own, which the browser does not lay out while it is out of sight. */
const LINES = 64;

/** Some complete lines of a code block. */
export class LineGroup {
  readonly element = make('span', 'nbps-md-lines');
  #count = 0;
  /** The text node that text without a colour goes on in. */
  #plain: Text | null = null;

  get full(): boolean {
    return this.#count >= LINES;
  }

  /** Takes in as many lines as fit, from `start` on; gives back where they end. */
  add(lines: string, start: number, highlighter: Highlighter | null): number {
    let end = start;
    while (!this.full && end < lines.length) {
      const next = lines.indexOf('\n', end) + 1;
      if (highlighter) this.#colourLine(lines.slice(end, next - 1), highlighter);
      this.#count++;
      end = next;
    }
    if (!highlighter) this.#write(lines.slice(start, end), null);
    return end;
  }

  /** Gives its lines the colours that they were added without. */
  colour(highlighter: Highlighter): void {
    const lines = (this.element.textContent ?? '').split('\n').slice(0, -1);
    this.element.replaceChildren();
    this.#plain = null;
    for (const line of lines) this.#colourLine(line, highlighter);
  }

  #colourLine(line: string, highlighter: Highlighter): void {
    highlighter.line(line, (text, className) => this.#write(text, className));
    this.#write('\n', null);
  }

  #write(text: string, className: string | null): void {
    if (className) {
      this.element.append(make('span', className, text));
      this.#plain = null;
    } else if (this.#plain) {
      this.#plain.appendData(text);
    } else {
      this.#plain = document.createTextNode(text);
      this.element.append(this.#plain);
    }
  }
}
