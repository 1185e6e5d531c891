import { make } from '../dom';
import { copyCodeButton } from './copycode';
import { type Highlighter, highlighter, languageReady } from './highlight';
import { LineGroup } from './linegroup';
import type { Work } from './work';

/**
 * A code block. Text that grows is appended to it line by line; a line is coloured once it is
 * complete, going on from where the line before it ended.
 */
export class CodeBlock {
  readonly element = make('div', 'nbps-md-code');
  readonly #language: string;
  readonly #work: Work;
  readonly #code = make('code', 'nbps-md-source');
  #highlighter: Highlighter | null;
  #groups: LineGroup[] = [];
  /** Complete lines. */
  #lines = '';
  /** The line that is being written. */
  #partial = '';
  #partialNode: Text | null = null;

  constructor(language: string, work: Work) {
    this.#language = language;
    this.#work = work;
    this.#highlighter = highlighter(language);
    const bar = make('div', 'nbps-md-bar');
    if (language) bar.append(make('span', 'nbps-md-language', language));
    bar.append(copyCodeButton());
    const pre = make('pre', 'nbps-md-pre');
    pre.append(this.#code);
    this.element.append(bar, pre);
    languageReady(language)?.then(() => this.#colourLater());
  }

  /** The length of its complete lines. */
  get complete(): number {
    return this.#lines.length;
  }

  /** Shows a text; cheap when it is the one shown with something added. */
  set(text: string): void {
    if (!text.startsWith(this.#lines)) this.#clear();
    this.append(text.slice(this.#lines.length));
  }

  /** Goes on after the complete lines: `rest` begins with the line that is being written. */
  append(rest: string): void {
    const end = rest.lastIndexOf('\n') + 1;
    if (end > 0) {
      this.#setPartial('');
      this.#addLines(rest.slice(0, end));
    }
    this.#setPartial(rest.slice(end));
  }

  #clear(): void {
    this.#code.replaceChildren();
    this.#highlighter = highlighter(this.#language);
    this.#groups = [];
    this.#partialNode = null;
    this.#lines = this.#partial = '';
  }

  #setPartial(text: string): void {
    if (text === this.#partial) return;
    if (!text) {
      this.#partialNode?.remove();
      this.#partialNode = null;
    } else if (!this.#partialNode) {
      this.#partialNode = document.createTextNode(text);
      this.#code.append(this.#partialNode);
    } else if (text.startsWith(this.#partial)) {
      this.#partialNode.appendData(text.slice(this.#partial.length));
    } else {
      this.#partialNode.data = text;
    }
    this.#partial = text;
  }

  #addLines(lines: string): void {
    this.#lines += lines;
    let group = this.#groups.at(-1);
    for (let start = 0; start < lines.length; ) {
      if (!group || group.full) {
        group = new LineGroup();
        this.#groups.push(group);
        this.#code.append(group.element);
      }
      start = group.add(lines, start, this.#highlighter);
    }
  }

  /** The language came late: what is there by then is coloured a group at a time. */
  #colourLater(): void {
    const late = highlighter(this.#language);
    if (!late) return;
    const groups = this.#groups;
    let next = 0;
    this.#work.add(() => {
      // Begun anew meanwhile: then it has its colours.
      if (groups !== this.#groups || this.#work.signal.aborted) return false;
      groups[next++]?.colour(late);
      if (next < groups.length) return true;
      this.#highlighter = late;
      return false;
    });
  }
}
