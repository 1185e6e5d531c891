import type { ListedStream } from '../../protocol';
import { make, setText } from '../../view/dom';
import { factsOf, isLive, nameOf, rowWords, statusOf, timeOf } from './words';

/** What can be done with a stream of the list. */
export type Act = 'open' | 'insert' | 'copy' | 'rename' | 'stop' | 'delete';

/** What a row has a button for, in order. */
export type ButtonAct = Exclude<Act, 'open' | 'rename'>;

const LABELS: Readonly<Record<ButtonAct, string>> = {
  stop: 'Stop',
  insert: 'Insert watch() below the active cell',
  copy: 'Copy the text',
  delete: 'Delete…',
};

/** What a row needs of its surroundings. */
export interface RowContext {
  icon(act: ButtonAct): HTMLElement;
  act(act: Act, stream: ListedStream): void;
  /** Why a thing can't be done with a stream now; empty when it can. */
  hindrance(act: ButtonAct, stream: ListedStream): string;
}

/** One stream of the list; its text is only ever set as text. */
export class Row {
  readonly element = make('div', 'nbps-row');
  readonly #context: RowContext;
  readonly #name = make('span', 'nbps-row-name');
  readonly #time = make('span', 'nbps-row-time');
  readonly #facts = make('span', 'nbps-row-facts');
  readonly #buttons = new Map<ButtonAct, HTMLButtonElement>();
  #stream: ListedStream | null = null;

  constructor(context: RowContext) {
    this.#context = context;
    this.element.setAttribute('role', 'row');
    const dot = make('span', 'nbps-row-dot');
    dot.setAttribute('aria-hidden', 'true');
    // Text of any direction stays in its place.
    this.#name.dir = 'auto';
    this.#facts.dir = 'auto';
    const words = cell('nbps-row-words');
    words.append(dot, this.#name, this.#facts, this.#time);
    const actions = cell('nbps-row-actions');
    for (const act of Object.keys(LABELS) as ButtonAct[]) actions.append(this.#makeButton(act));
    this.element.append(words, actions);
  }

  get stream(): ListedStream | null {
    return this.#stream;
  }

  /** The buttons that can be reached. */
  get buttons(): HTMLButtonElement[] {
    return [...this.#buttons.values()].filter((button) => !button.hidden);
  }

  /** Shows a stream, or that it is not known yet. */
  show(stream: ListedStream | null, index: number, elapsed: number): void {
    this.#stream = stream;
    this.element.dataset.streamId = stream?.stream_id ?? '';
    this.element.dataset.status = stream?.status ?? '';
    this.element.setAttribute('aria-rowindex', String(index + 1));
    setText(this.#name, stream ? nameOf(stream) : '…');
    setText(this.#facts, stream ? factsOf(stream) : '');
    this.element.title = stream ? describe(stream) : '';
    for (const [act, button] of this.#buttons) this.#showButton(act, button);
    this.showTime(elapsed);
  }

  showTime(elapsed: number): void {
    const stream = this.#stream;
    const time = stream ? timeOf(stream, elapsed, Date.now() / 1000) : '';
    setText(this.#time, time);
    this.element.setAttribute('aria-label', stream ? rowWords(stream, time) : 'Loading');
  }

  #showButton(act: ButtonAct, button: HTMLButtonElement): void {
    const stream = this.#stream;
    const hidden = !stream || (act === 'stop' && !isLive(stream));
    // What hides must not take the focus away with it.
    if (hidden && button === document.activeElement) this.element.focus();
    button.hidden = hidden;
    if (!stream) return;
    const hindrance = this.#context.hindrance(act, stream);
    button.setAttribute('aria-disabled', String(hindrance !== ''));
    button.title = hindrance || LABELS[act];
  }

  #makeButton(act: ButtonAct): HTMLButtonElement {
    const button = make('button', `nbps-row-button nbps-row-${act}`);
    button.type = 'button';
    // One Tab stop for the list: the arrow keys lead here.
    button.tabIndex = -1;
    button.setAttribute('aria-label', LABELS[act]);
    button.append(this.#context.icon(act));
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      if (this.#stream) this.#context.act(act, this.#stream);
    });
    this.#buttons.set(act, button);
    return button;
  }
}

function cell(className: string): HTMLElement {
  const element = make('div', className);
  element.setAttribute('role', 'gridcell');
  return element;
}

function describe(stream: ListedStream): string {
  const { prompt, notebook, stream_id: id } = stream;
  const asked = prompt === nameOf(stream) ? null : prompt;
  return [`${statusOf(stream)}: ${nameOf(stream)}`, asked, notebook, id].filter(Boolean).join('\n');
}
