import type { Delta } from '../protocol';
import { make } from './dom';
import type { NewFold } from './fold';
import { Bytes, Messages, Plain } from './program';
import { Prose } from './prose';
import { type Clock, Reasoning } from './reasoning';
import { TextFlow } from './text';
import { ToolCalls } from './toolcalls';

/** A run of deltas of one kind. */
export interface Part {
  readonly element: HTMLElement;
  /** What of it is Markdown, and is rendered when there is time. */
  readonly prose?: Prose;
  append(delta: Delta): void;
  /** Nothing more comes; `followed` says that another part does. */
  end(followed: boolean): void;
}

/**
 * A body: the answer as Markdown, and what is not the answer itself in its place. It is only ever
 * appended to, and `step()` renders what was.
 */
export class Body {
  readonly element = make('div', 'nbps-body');
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #newFold: NewFold;
  readonly #signal: AbortSignal;
  readonly #answers: Prose[] = [];
  readonly #prose: Prose[] = [];
  /** Those that may have something to render: a body of many parts is not looked through. */
  readonly #unrendered = new Set<Prose>();
  #kind: string | null = null;
  #part: Part | null = null;
  #raw = false;

  /** `wake` is told when there is something to render although nothing was appended. */
  constructor(newFold: NewFold, clock: Clock, wake: () => void, signal: AbortSignal) {
    this.#newFold = newFold;
    this.#clock = clock;
    this.#wake = wake;
    this.#signal = signal;
  }

  /** The Markdown of the answer, as far as it was appended. */
  get markdown(): string {
    return this.#answers.map(({ source }) => source).join('');
  }

  get pending(): boolean {
    return [...this.#unrendered].some(({ pending }) => pending);
  }

  append(deltas: readonly Delta[]): void {
    for (const delta of deltas) {
      if (this.#part === null || delta.kind !== this.#kind) this.#part = this.#begin(delta.kind);
      this.#part.append(delta);
      if (this.#part.prose) this.#unrendered.add(this.#part.prose);
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#endPart(false);
    this.#part = null;
  }

  /** Renders for about so many milliseconds. */
  step(budget: number): void {
    const deadline = performance.now() + budget;
    for (const prose of this.#unrendered) {
      if (prose.pending) prose.step(deadline - performance.now());
      if (!prose.pending) this.#unrendered.delete(prose);
      if (performance.now() >= deadline) break;
    }
  }

  /** Shows Markdown as it is written, or as it is meant. */
  setRaw(raw: boolean): void {
    this.#raw = raw;
    for (const prose of this.#prose) prose.setRaw(raw);
  }

  #begin(kind: string): Part {
    this.#endPart(true);
    this.#kind = kind;
    const part = this.#make(kind);
    this.element.append(part.element);
    return part;
  }

  #endPart(followed: boolean): void {
    this.#part?.end(followed);
    if (this.#part?.prose) this.#unrendered.add(this.#part.prose);
  }

  #make(kind: string): Part {
    if (kind === 'tool_call') return new ToolCalls(this.#newFold);
    if (kind === 'plain') return new Plain();
    if (kind === 'json') return new Messages();
    if (kind === 'bytes') return new Bytes(this.#newFold);
    if (kind !== 'text' && kind !== 'reasoning') return new Aside(kind, this.#newFold);
    const wake = () => {
      this.#unrendered.add(prose);
      this.#wake();
    };
    const prose = new Prose(wake, this.#signal);
    if (this.#raw) prose.setRaw(true);
    this.#prose.push(prose);
    if (kind === 'reasoning') return new Reasoning(prose, this.#clock, this.#newFold);
    this.#answers.push(prose);
    return new Answer(prose);
  }
}

class Answer implements Part {
  readonly element: HTMLElement;
  readonly prose: Prose;

  constructor(prose: Prose) {
    this.prose = prose;
    this.element = prose.element;
  }

  append({ text }: Delta): void {
    this.prose.append(text);
  }

  end(): void {
    this.prose.end();
  }
}

/** Of a kind that this version does not know: its text, folded away. */
class Aside implements Part {
  readonly element: HTMLElement;
  readonly #flow: TextFlow;

  constructor(kind: string, newFold: NewFold) {
    const fold = newFold('nbps-aside');
    fold.summary.append(kind);
    this.element = fold.element;
    this.#flow = new TextFlow(fold.element, 'nbps-aside-text');
  }

  append({ text }: Delta): void {
    this.#flow.append(text);
    this.#flow.flush();
  }

  end(): void {}
}
