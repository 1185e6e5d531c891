import { byteLength, type Delta } from '../protocol';
import type { Part } from './body';
import { make, setText } from './dom';
import type { Fold, NewFold } from './fold';
import { tidied } from './json';
import { TextFlow } from './text';
import { number } from './usage';

/** Longer messages are left as they were sent, in characters. */
const LONGEST = 100_000;
/** What no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/** A program's text, exactly as it is. */
export class Plain implements Part {
  readonly element = make('div', 'nbps-plain');
  readonly #flow = new TextFlow(this.element, 'nbps-plain-text');

  append({ text }: Delta): void {
    this.#flow.append(text);
    this.#flow.flush();
  }

  end(): void {}
}

/** A program's messages, one a delta, each as JSON that people can read. */
export class Messages implements Part {
  readonly element = make('div', 'nbps-messages');

  append({ text }: Delta): void {
    const words = text.length > LONGEST ? text : (tidied(text) ?? text);
    this.element.append(make('div', 'nbps-message', words));
  }

  end(): void {}
}

/** A program's bytes: how many, and what of them is text; folded where that is not what they are. */
export class Bytes implements Part {
  readonly element: HTMLElement;
  readonly #fold: Fold;
  readonly #flow: TextFlow;
  #size = 0;
  #isText = true;

  constructor(newFold: NewFold) {
    this.#fold = newFold('nbps-aside');
    this.element = this.#fold.element;
    this.#flow = new TextFlow(this.element, 'nbps-aside-text');
  }

  append({ text }: Delta): void {
    this.#size += byteLength(text);
    this.#isText &&= !CONTROLS.test(text);
    setText(this.#fold.summary, `${number(this.#size)} ${this.#size === 1 ? 'byte' : 'bytes'}`);
    this.#fold.setOpen(this.#isText);
    this.#flow.append(text);
    this.#flow.flush();
  }

  end(): void {}
}
