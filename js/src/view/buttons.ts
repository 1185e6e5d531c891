import type { Feed } from '../feed';
import { Timer } from '../timer';
import { copyText } from './clipboard';
import { make, setText } from './dom';

/** How long a button says what it did, in milliseconds. */
export const BRIEFLY = 2_000;

/** Stops the stream; there only while it is live. */
export class StopButton {
  readonly element = button('nbps-stop', 'Stop');
  readonly #feed: Feed;
  #pressed = false;

  constructor(feed: Feed, signal: AbortSignal) {
    this.#feed = feed;
    this.element.addEventListener('click', () => void this.#stop(), { signal });
    this.update();
  }

  update(): void {
    const { state, final } = this.#feed.session;
    const stopping = this.#pressed || state?.cancel_requested === true;
    this.element.hidden = state === null || final;
    this.element.disabled = stopping;
    setText(this.element, stopping ? 'Stopping…' : 'Stop');
  }

  async #stop(): Promise<void> {
    this.#pressed = true;
    this.update();
    // When nobody could be told, the reader may try again.
    this.#pressed = await this.#feed.cancel();
    this.update();
  }
}

/** Copies the answer: the text, without what is folded away. */
export class CopyButton {
  readonly element = button('nbps-copy', 'Copy');
  readonly #text: () => string;
  readonly #reset: Timer;

  constructor(text: () => string, signal: AbortSignal) {
    this.#text = text;
    this.#reset = new Timer(() => setText(this.element, 'Copy'), signal);
    // A button's own words are not announced when they change, unless it is a live region.
    this.element.setAttribute('aria-live', 'polite');
    this.element.addEventListener('click', () => void this.#copy(), { signal });
  }

  async #copy(): Promise<void> {
    const copied = await copyText(this.#text());
    setText(this.element, copied ? 'Copied' : 'Not copied');
    this.#reset.start(BRIEFLY);
  }
}

/** Shows Markdown as it is written while it is pressed. */
export class RawButton {
  readonly element = button('nbps-raw-button', 'Raw');
  readonly #setRaw: (raw: boolean) => void;
  #raw: boolean;

  constructor(raw: boolean, setRaw: (raw: boolean) => void, signal: AbortSignal) {
    this.#raw = raw;
    this.#setRaw = setRaw;
    this.element.title = 'Show the Markdown as it is written';
    this.#show();
    this.element.addEventListener('click', () => this.#toggle(), { signal });
  }

  #toggle(): void {
    this.#raw = !this.#raw;
    this.#show();
    this.#setRaw(this.#raw);
  }

  #show(): void {
    this.element.setAttribute('aria-pressed', String(this.#raw));
  }
}

/** A button as all in a view are. */
export function button(className: string, label: string): HTMLButtonElement {
  const element = make('button', `nbps-button ${className}`, label);
  element.type = 'button';
  return element;
}
