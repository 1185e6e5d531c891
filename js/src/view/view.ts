import type { Feed } from '../feed';
import { answer, type SavedCopy } from '../snapshot';
import { Body } from './body';
import { Box } from './box';
import boxCss from './box.css';
import { type Choices, choicesOf } from './choices';
import { make, setText } from './dom';
import { foldsOf } from './fold';
import { Header, type Surroundings } from './header';
import markdownCss from './markdown/markdown.css';
import partsCss from './parts.css';
import { BUDGET, Player } from './player';
import css from './style.css';
import { codePoints, endingWords } from './words';

/** A view that was there within so many seconds of the stream's creation has seen it begin. */
const BEGINNING = 1;

const dressed = new WeakSet<Node>();

/** What a view's element tells of it. */
export interface ViewElement extends HTMLElement {
  /** The Markdown of the answer, exactly as far as it was given to be shown. */
  readonly markdown: string;
}

/** One view of a stream: what plays its session's log, and the elements that show it. */
export class View {
  readonly element = make('section', 'nbps');
  readonly #feed: Feed;
  readonly #signal: AbortSignal;
  readonly #since = performance.now();
  readonly #header: Header;
  readonly #box: Box;
  readonly #body: Body;
  readonly #player: Player;
  readonly #ending = make('p', 'nbps-ending');
  /** What the notebook's file holds: it stands in until a source that has the stream is asked. */
  readonly #copy: string;
  #standIn: Body | null = null;
  readonly #choices: Choices;
  #raw: boolean;

  constructor(feed: Feed, signal: AbortSignal, copy?: SavedCopy, surroundings: Surroundings = {}) {
    this.#feed = feed;
    this.#signal = signal;
    this.#copy = copy?.text ?? '';
    this.#choices = choicesOf(feed.session.streamId);
    this.#raw = this.#choices.raw;
    this.#box = new Box(this.#choices, signal);
    this.#body = this.#newBody();
    this.#player = new Player(feed.session, this.#body, () => this.#onPlayed(), signal);
    const text = () => (this.#standIn ? this.#copy : answer(feed.session.deltas));
    const setRaw = (raw: boolean) => this.#setRaw(raw);
    const shown = { text, raw: this.#raw, setRaw, hasCopy: this.#copy !== '' };
    this.#header = new Header(feed, shown, signal, surroundings);
    this.#ending.setAttribute('role', 'alert');
    this.#box.content.append(this.#body.element);
    this.element.append(this.#header.element, this.#header.explanation);
    this.element.append(this.#box.element, this.#ending);
    this.element.dataset.streamId = feed.session.streamId;
    Object.defineProperty(this.element, 'markdown', { get: () => this.#shownMarkdown() });
    this.#player.play();
    this.#showState();
    const onState = () => this.#showState();
    feed.session.subscribe({ onState, onSource: onState, onTrouble: onState }, signal);
    signal.addEventListener('abort', () => this.element.remove());
  }

  /** Gives the document, or the shadow root, of this view its style: once each. */
  dress(root: Node): void {
    // A view may be made before it is attached (JupyterLab does so), then to the document.
    const target = root instanceof ShadowRoot ? root : document.head;
    if (dressed.has(target)) return;
    dressed.add(target);
    target.append(make('style', '', css + boxCss + partsCss + markdownCss));
  }

  #onPlayed(): void {
    if (this.#standIn) this.#render(this.#standIn);
    this.#showBody();
    this.element.dataset.offset = String(this.#player.offset);
  }

  #showState(): void {
    const { session } = this.#feed;
    const { state, lastSource, final } = session;
    this.#showBody();
    if (final) this.#player.wake();
    this.#header.update();
    setText(this.#ending, endingWords(session));
    this.#box.setGrowing(state !== null && !final);
    this.element.dataset.status = state?.status ?? 'unknown';
    if (lastSource) this.element.dataset.source = lastSource;
    const name = state?.title ?? state?.model ?? session.streamId;
    this.element.setAttribute('aria-label', `Stream: ${name}`);
  }

  /** The body; or the copy, until the body is there to be seen, where no source was asked or has it. */
  #showBody(): void {
    const { complete, offset, trouble } = this.#feed.session;
    const arrived = this.#player.offset > 0 || (complete && offset === 0);
    if (!arrived && (this.#feed.idle || trouble?.type === 'unavailable')) this.#showCopy();
    else if (arrived && this.#standIn) {
      this.#standIn.element.replaceWith(this.#body.element);
      this.#standIn = null;
    }
    this.#header.setCount(this.#standIn ? codePoints(this.#copy) : this.#player.characters);
  }

  #showCopy(): void {
    if (!this.#copy || this.#standIn) return;
    this.#standIn = this.#newBody();
    this.#standIn.append([{ offset: 0, kind: 'text', text: this.#copy }]);
    this.#standIn.end();
    this.#render(this.#standIn);
    this.#body.element.replaceWith(this.#standIn.element);
  }

  /** The copy is not played: it is there. */
  #render(standIn: Body): void {
    standIn.step(BUDGET);
    if (standIn.pending) this.#player.wake();
  }

  #newBody(): Body {
    const body = new Body(
      foldsOf(this.#choices, this.#signal),
      () => this.#clock(),
      () => this.#player.wake(),
      this.#signal,
    );
    body.setRaw(this.#raw);
    return body;
  }

  #setRaw(raw: boolean): void {
    this.#raw = raw;
    this.#choices.raw = raw;
    this.#body.setRaw(raw);
    this.#standIn?.setRaw(raw);
  }

  /** Seconds of the stream, where this view has seen it begin: what came late tells no time. */
  #clock(): number | null {
    const { session } = this.#feed;
    const watched = (performance.now() - this.#since) / 1_000;
    return session.state && session.elapsed() - watched < BEGINNING ? session.elapsed() : null;
  }

  #shownMarkdown(): string {
    return this.#standIn ? this.#copy : this.#body.markdown;
  }
}
