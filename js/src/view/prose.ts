import { make, selectedIn } from './dom';
import { Markdown } from './markdown/markdown';
import { TextFlow } from './text';

/** A run of Markdown, shown as what it means or as what it is. */
export class Prose {
  readonly element: HTMLElement;
  readonly #rendered: Markdown;
  readonly #raw = make('div', 'nbps-raw');
  #source = '';
  /** The source, once somebody wants to see it. */
  #flow: TextFlow | null = null;

  /** `wake` is told when there is something to render although nothing was appended. */
  constructor(wake: () => void, signal: AbortSignal) {
    this.#rendered = new Markdown(wake, signal);
    this.element = make('div', 'nbps-prose');
    this.element.append(this.#rendered.element);
    this.#raw.addEventListener('copy', (event) => copyExactly(this.#raw, event), { signal });
  }

  get source(): string {
    return this.#source;
  }

  get pending(): boolean {
    return this.#rendered.pending;
  }

  append(text: string): void {
    this.#source += text;
    this.#rendered.append(text);
    this.#flow?.append(text);
    this.#flow?.flush();
  }

  end(): void {
    this.#rendered.end();
  }

  /** Renders for about so many milliseconds. */
  step(budget: number): void {
    this.#rendered.step(budget);
  }

  setRaw(raw: boolean): void {
    if (raw && !this.#flow) {
      this.#flow = new TextFlow(this.#raw, 'nbps-raw-text');
      this.#flow.append(this.#source);
      this.#flow.flush();
    }
    this.element.replaceChildren(raw ? this.#raw : this.#rendered.element);
  }
}

/** Browsers put a line break between blocks: what is copied of a source has no more than it has. */
function copyExactly(raw: Element, event: ClipboardEvent): void {
  const range = selectedIn(raw);
  if (!range || !raw.contains(range.endContainer) || !raw.contains(range.startContainer)) return;
  event.clipboardData?.setData('text/plain', range.cloneContents().textContent ?? '');
  event.preventDefault();
}
