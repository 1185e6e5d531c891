import type { Feed } from '../feed';
import { answer, savedCopy } from '../snapshot';
import { Body } from './body';
import { make } from './dom';
import { Frame } from './frame';
import { Header } from './header';
import markdownCss from './markdown/markdown.css';
import css from './style.css';
import { codePoints } from './words';

/** How long a frame may render, in milliseconds: the page needs the rest of it. */
const BUDGET = 8;

const dressed = new WeakSet<Node>();

/** What a view's element tells of it. */
export interface ViewElement extends HTMLElement {
  /** The Markdown of the answer, exactly as far as it was given to be shown. */
  readonly markdown: string;
}

/** One view of a stream: a cursor into its session's log, and the elements that show it. */
export class View {
  readonly element = make('section', 'nbps');
  readonly #feed: Feed;
  readonly #header: Header;
  readonly #frame: Frame;
  readonly #signal: AbortSignal;
  readonly #body: Body;
  /** What the notebook's file holds: it stands in where no source has the stream. */
  readonly #copy: string;
  #standIn: Body | null = null;
  /** The cursor: how many of the log's deltas are shown. */
  #shown = 0;
  #characters = 0;

  constructor(feed: Feed, signal: AbortSignal, snapshot = '') {
    this.#feed = feed;
    this.#signal = signal;
    this.#frame = new Frame(() => this.#showDeltas(), signal);
    this.#body = this.#newBody();
    this.#copy = savedCopy(snapshot);
    const text = () => (this.#standIn ? this.#copy : answer(feed.session.deltas));
    this.#header = new Header(feed, { text, hasCopy: this.#copy !== '' }, signal);
    this.element.append(this.#header.element, this.#header.explanation, this.#body.element);
    this.element.dataset.streamId = feed.session.streamId;
    Object.defineProperty(this.element, 'markdown', { get: () => this.#shownMarkdown() });
    this.#showDeltas();
    this.#showState();
    const onState = () => this.#showState();
    const listener = {
      onDeltas: () => this.#frame.request(),
      onState,
      onSource: onState,
      onTrouble: onState,
    };
    feed.session.subscribe(listener, signal);
    signal.addEventListener('abort', () => this.element.remove(), { once: true });
  }

  /** Gives the document, or the shadow root, of this view its style: once each. */
  dress(root: Node): void {
    // A view may be made before it is attached (JupyterLab does so), then to the document.
    const target = root instanceof ShadowRoot ? root : document.head;
    if (dressed.has(target)) return;
    dressed.add(target);
    target.append(make('style', '', css + markdownCss));
  }

  #showDeltas(): void {
    if (this.#standIn?.pending) this.#render(this.#standIn);
    const { deltas, offset } = this.#feed.session;
    const fresh = deltas.slice(this.#shown);
    this.#shown = deltas.length;
    this.#body.append(fresh);
    if (this.#feed.session.complete) this.#body.end();
    this.#render(this.#body);
    for (const { kind, text } of fresh) {
      if (kind === 'text') this.#characters += codePoints(text);
    }
    this.#showBody();
    this.element.dataset.offset = String(offset);
  }

  #showState(): void {
    const { state, lastSource } = this.#feed.session;
    this.#showBody();
    if (this.#feed.session.complete) this.#frame.request();
    this.#header.update();
    this.element.dataset.status = state?.status ?? 'unknown';
    if (lastSource) this.element.dataset.source = lastSource;
    const name = state?.title ?? state?.model ?? this.#feed.session.streamId;
    this.element.setAttribute('aria-label', `Stream: ${name}`);
  }

  /** The body, or the copy of it where there is no source: until the body is there to be seen. */
  #showBody(): void {
    const { complete, offset, trouble } = this.#feed.session;
    const arrived = this.#shown > 0 || (complete && offset === 0);
    if (!arrived && trouble?.type === 'unavailable') this.#showCopy();
    else if (arrived && this.#standIn) {
      this.#standIn.element.replaceWith(this.#body.element);
      this.#standIn = null;
    }
    this.#header.setCount(this.#standIn ? codePoints(this.#copy) : this.#characters);
  }

  #showCopy(): void {
    if (!this.#copy || this.#standIn) return;
    this.#standIn = this.#newBody();
    this.#standIn.append([{ offset: 0, kind: 'text', text: this.#copy }]);
    this.#standIn.end();
    this.#render(this.#standIn);
    this.#body.element.replaceWith(this.#standIn.element);
  }

  #newBody(): Body {
    return new Body(() => this.#frame.request(), this.#signal);
  }

  /** Goes on in the next frame when there is more than one frame may take. */
  #render(body: Body): void {
    body.step(BUDGET);
    if (body.pending) this.#frame.request();
  }

  #shownMarkdown(): string {
    return this.#standIn ? this.#copy : answer(this.#feed.session.deltas.slice(0, this.#shown));
  }
}
