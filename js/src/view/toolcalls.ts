import type { Delta } from '../protocol';
import { make, setText } from './dom';
import { indented } from './json';
import { TextFlow } from './text';

/** Longer arguments are left as they were written, in characters. */
const LONGEST = 100_000;

/** The tool calls that a model makes in a row, each a card. */
export class ToolCalls {
  readonly element = make('div', 'nbps-calls');
  readonly #calls: ToolCall[] = [];

  append(delta: Delta): void {
    const said = read(delta.meta);
    let call = this.#calls.findLast((known) => known.matches(said)) ?? null;
    // What does not say whose it is belongs to the last.
    if (!call && said.id === '' && said.index === null) call = this.#calls.at(-1) ?? null;
    if (!call) {
      call = new ToolCall();
      this.#calls.push(call);
      this.element.append(call.element);
    }
    call.append(said, delta.text);
  }

  flush(): void {
    for (const call of this.#calls) call.flush();
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
  readonly element = make('div', 'nbps-call');
  readonly #name = make('code', 'nbps-call-name');
  readonly #pre = make('pre', 'nbps-call-arguments');
  readonly #flow = new TextFlow(this.#pre, 'nbps-call-text');
  #said: Said = { id: '', name: '', index: null };
  #arguments = '';

  constructor() {
    const head = make('div', 'nbps-call-head', 'Tool call');
    head.append(this.#name);
    this.element.append(head, this.#pre);
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
    this.#arguments += text;
    this.#flow.append(text);
  }

  flush(): void {
    this.#flow.flush();
  }

  end(): void {
    this.flush();
    const tidy = this.#arguments.length > LONGEST ? null : indented(this.#arguments);
    if (tidy !== null) setText(this.#pre, tidy);
  }
}
