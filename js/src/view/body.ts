import type { Delta } from '../protocol';
import { make } from './dom';
import { TextFlow } from './text';

/** What shows a body. It is only ever appended to: what is there is not read or drawn again. */
export interface BodyView {
  readonly element: HTMLElement;
  append(deltas: readonly Delta[]): void;
}

const NAMES: Readonly<Record<string, string>> = { reasoning: 'Reasoning', tool_call: 'Tool call' };

/** A body as plain text; what is not the answer itself is folded away, in its place. */
export class PlainBody implements BodyView {
  readonly element = make('div', 'nbps-body');
  #kind: string | null = null;
  #flow: TextFlow | null = null;

  append(deltas: readonly Delta[]): void {
    for (const { kind, text } of deltas) {
      if (this.#flow === null || kind !== this.#kind) this.#flow = this.#begin(kind);
      this.#flow.append(text);
    }
    this.#flow?.flush();
  }

  #begin(kind: string): TextFlow {
    this.#flow?.flush();
    this.#kind = kind;
    if (kind === 'text') return new TextFlow(this.element, 'nbps-text');
    const aside = make('details', kind === 'reasoning' ? 'nbps-reasoning' : 'nbps-aside');
    aside.dataset.kind = kind;
    aside.append(make('summary', 'nbps-summary', NAMES[kind] ?? kind));
    this.element.append(aside);
    return new TextFlow(aside, 'nbps-aside-text');
  }
}
