import type { Delta } from '../protocol';
import type { Part } from './body';
import { make, setText } from './dom';
import type { Fold, NewFold } from './fold';
import { tidied } from './json';
import { TextFlow } from './text';

/** Longer arguments are left as they were written, in characters. */
const LONGEST = 100_000;
/** Arguments of more lines are folded once they are complete. */
const FEW = 12;

/** The tool calls that a model makes in a row, each a card. */
export class ToolCalls implements Part {
  readonly element = make('div', 'nbps-calls');
  readonly #newFold: NewFold;
  readonly #calls: ToolCall[] = [];

  constructor(newFold: NewFold) {
    this.#newFold = newFold;
  }

  append(delta: Delta): void {
    const said = read(delta.meta);
    let call = this.#calls.findLast((known) => known.matches(said)) ?? null;
    // What does not say whose it is belongs to the last.
    if (!call && said.id === '' && said.index === null) call = this.#calls.at(-1) ?? null;
    if (!call) {
      call = new ToolCall(this.#newFold);
      this.#calls.push(call);
      this.element.append(call.element);
    }
    call.append(said, delta.text);
  }

  /** No call in this row gets more arguments. */
  end(): void {
    for (const call of this.#calls) call.end();
  }
}

/** What a delta says of the call that it is a part of: any of it may be missing. */
interface Said {
  readonly id: string;
  readonly name: string;
  readonly index: number | null;
}

/** `meta` is the provider's: `{"index": 0, "id": "call_1", "name": "search"}` or less. */
function read(meta: Delta['meta'] = {}): Said {
  const { id, name, index } = meta;
  return { id: string(id), name: string(name), index: typeof index === 'number' ? index : null };
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One call: the tool's name, and its arguments as they come. */
class ToolCall {
  readonly element: HTMLElement;
  readonly #fold: Fold;
  readonly #name = make('code', 'nbps-call-name');
  readonly #arguments = make('div', 'nbps-call-arguments');
  readonly #flow = new TextFlow(this.#arguments, 'nbps-call-text');
  #said: Said = { id: '', name: '', index: null };
  #text = '';

  constructor(newFold: NewFold) {
    this.#fold = newFold('nbps-call');
    this.#fold.summary.append('Tool call', this.#name);
    this.#fold.setOpen(true);
    this.element = this.#fold.element;
    this.element.append(this.#arguments);
  }

  /** An id is a call's own; an index only tells the calls of one answer apart. */
  matches({ id, index }: Said): boolean {
    if (id && this.#said.id) return id === this.#said.id;
    return index !== null && index === this.#said.index;
  }

  append({ id, name, index }: Said, text: string): void {
    const known = this.#said;
    this.#said = { id: known.id || id, name: known.name || name, index: known.index ?? index };
    setText(this.#name, this.#said.name);
    this.#text += text;
    this.#flow.append(text);
    this.#flow.flush();
  }

  end(): void {
    const tidy = this.#text.length > LONGEST ? null : tidied(this.#text);
    if (tidy !== null) setText(this.#arguments, tidy);
    this.#fold.setOpen((tidy ?? this.#text).split('\n').length <= FEW);
  }
}
