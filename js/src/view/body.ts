import type { Delta } from '../protocol';
import { make } from './dom';
import { Markdown } from './markdown/markdown';
import { TextFlow } from './text';

const NAMES: Readonly<Record<string, string>> = { reasoning: 'Reasoning', tool_call: 'Tool call' };

/**
 * A body: the answer as Markdown; what is not the answer itself is plain text that is folded away,
 * in its place. It is only ever appended to, and `step()` renders what was.
 */
export class Body {
  readonly element = make('div', 'nbps-body');
  readonly #wake: () => void;
  readonly #signal: AbortSignal;
  readonly #answers: Markdown[] = [];
  #kind: string | null = null;
  #part: Markdown | TextFlow | null = null;

  /** `wake` is told when there is something to render although nothing was appended. */
  constructor(wake: () => void, signal: AbortSignal) {
    this.#wake = wake;
    this.#signal = signal;
  }

  get pending(): boolean {
    return this.#answers.some(({ pending }) => pending);
  }

  append(deltas: readonly Delta[]): void {
    for (const { kind, text } of deltas) {
      if (this.#part === null || kind !== this.#kind) this.#part = this.#begin(kind);
      this.#part.append(text);
    }
    if (this.#part instanceof TextFlow) this.#part.flush();
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#part instanceof Markdown) this.#part.end();
  }

  /** Renders for about so many milliseconds. */
  step(budget: number): void {
    const deadline = performance.now() + budget;
    for (const part of this.#answers) {
      if (part.pending) part.step(deadline - performance.now());
      if (performance.now() >= deadline) break;
    }
  }

  #begin(kind: string): Markdown | TextFlow {
    if (this.#part instanceof TextFlow) this.#part.flush();
    this.end();
    this.#kind = kind;
    if (kind === 'text') return this.#beginAnswer();
    const aside = make('details', kind === 'reasoning' ? 'nbps-reasoning' : 'nbps-aside');
    aside.dataset.kind = kind;
    aside.append(make('summary', 'nbps-summary', NAMES[kind] ?? kind));
    this.element.append(aside);
    return new TextFlow(aside, 'nbps-aside-text');
  }

  #beginAnswer(): Markdown {
    const part = new Markdown(this.#wake, this.#signal);
    this.#answers.push(part);
    this.element.append(part.element);
    return part;
  }
}
