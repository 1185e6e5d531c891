import type { Feed } from '../feed';
import { answer, type SavedCopy } from '../snapshot';
import { type BodyView, PlainBody } from './body';
import { make } from './dom';
import { Frame } from './frame';
import { Header } from './header';
import css from './style.css';
import { codePoints } from './words';

const dressed = new WeakSet<Node>();

/** One view of a stream: a cursor into its session's log, and the elements that show it. */
export class View {
  readonly element = make('section', 'nbps');
  readonly #feed: Feed;
  readonly #header: Header;
  readonly #body: BodyView = new PlainBody();
  /** What the notebook's file holds: it stands in until a source that has the stream is asked. */
  readonly #copy: string;
  #standIn: BodyView | null = null;
  /** The cursor: how many of the log's deltas are shown. */
  #shown = 0;
  #characters = 0;

  constructor(feed: Feed, signal: AbortSignal, copy?: SavedCopy) {
    this.#feed = feed;
    this.#copy = copy?.text ?? '';
    const text = () => (this.#standIn ? this.#copy : answer(feed.session.deltas));
    this.#header = new Header(feed, { text, hasCopy: this.#copy !== '' }, signal);
    this.element.append(this.#header.element, this.#header.explanation, this.#body.element);
    this.element.dataset.streamId = feed.session.streamId;
    this.#showDeltas();
    this.#showState();
    const frame = new Frame(() => this.#showDeltas(), signal);
    const onState = () => this.#showState();
    const listener = {
      onDeltas: () => frame.request(),
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
    target.append(make('style', '', css));
  }

  #showDeltas(): void {
    const { deltas, offset } = this.#feed.session;
    const fresh = deltas.slice(this.#shown);
    this.#shown = deltas.length;
    this.#body.append(fresh);
    for (const { kind, text } of fresh) {
      if (kind === 'text') this.#characters += codePoints(text);
    }
    this.#showBody();
    this.element.dataset.offset = String(offset);
  }

  #showState(): void {
    const { state, lastSource } = this.#feed.session;
    this.#showBody();
    this.#header.update();
    this.element.dataset.status = state?.status ?? 'unknown';
    if (lastSource) this.element.dataset.source = lastSource;
    const name = state?.title ?? state?.model ?? this.#feed.session.streamId;
    this.element.setAttribute('aria-label', `Stream: ${name}`);
  }

  /** The body; or the copy, until the body is there to be seen, where no source was asked or has it. */
  #showBody(): void {
    const { complete, offset, trouble } = this.#feed.session;
    const arrived = this.#shown > 0 || (complete && offset === 0);
    if (!arrived && (this.#feed.idle || trouble?.type === 'unavailable')) this.#showCopy();
    else if (arrived && this.#standIn) {
      this.#standIn.element.replaceWith(this.#body.element);
      this.#standIn = null;
    }
    this.#header.setCount(this.#standIn ? codePoints(this.#copy) : this.#characters);
  }

  #showCopy(): void {
    if (!this.#copy || this.#standIn) return;
    this.#standIn = new PlainBody();
    this.#standIn.append([{ offset: 0, kind: 'text', text: this.#copy }]);
    this.#body.element.replaceWith(this.#standIn.element);
  }
}
