import type { Feed } from '../feed';
import { isFinal } from '../protocol';
import { Timer } from '../timer';
import { CopyButton, StopButton } from './buttons';
import { make, setText } from './dom';
import { duration, explanation, modelName, noticeOf, statusWord } from './words';

const SECOND = 1_000;
const NUMBER = new Intl.NumberFormat('en-US');

/** What a view shows of the body. */
interface Shown {
  /** The answer as it stands. */
  readonly text: () => string;
  /** Whether there is a copy to show where no source has the stream. */
  readonly hasCopy: boolean;
}

/** What is known of a stream, in one line; and, when it did not end well, a sentence below. */
export class Header {
  readonly element = make('div', 'nbps-header');
  /** Apart from the line, so that its coming does not move the buttons. */
  readonly explanation = make('p', 'nbps-explanation');
  readonly #feed: Feed;
  readonly #shown: Shown;
  readonly #tick: Timer;
  readonly #status = make('span', 'nbps-status');
  readonly #title = make('span', 'nbps-title');
  readonly #model = make('span', 'nbps-model');
  readonly #elapsed = make('span', 'nbps-elapsed');
  readonly #count = make('span', 'nbps-count');
  readonly #notice = make('span', 'nbps-notice');
  readonly #stop: StopButton;

  constructor(feed: Feed, shown: Shown, signal: AbortSignal) {
    this.#feed = feed;
    this.#shown = shown;
    this.#tick = new Timer(() => this.#showElapsed(), signal);
    this.#stop = new StopButton(feed, signal);
    this.#status.setAttribute('role', 'status');
    this.explanation.setAttribute('role', 'alert');
    const dot = make('span', 'nbps-dot');
    dot.setAttribute('aria-hidden', 'true');
    const buttons = make('div', 'nbps-buttons');
    buttons.append(this.#stop.element, new CopyButton(shown.text, signal).element);
    const facts = make('div', 'nbps-facts');
    facts.append(dot, this.#status, this.#title, this.#model);
    facts.append(this.#elapsed, this.#count, this.#notice);
    this.element.append(facts, buttons);
    this.update();
  }

  update(): void {
    const { session } = this.#feed;
    setText(this.#status, this.#feed.idle ? 'Saved' : statusWord(session));
    setText(this.#title, session.state?.title ?? '');
    setText(this.#model, session.state ? modelName(session.state) : '');
    setText(this.#notice, noticeOf(session));
    setText(this.explanation, explanation(session, this.#shown.hasCopy));
    this.#stop.update();
    this.#showElapsed();
  }

  setCount(characters: number): void {
    const unit = characters === 1 ? 'character' : 'characters';
    setText(this.#count, `${NUMBER.format(characters)} ${unit}`);
  }

  #showElapsed(): void {
    const { session } = this.#feed;
    if (session.state === null) return;
    const running = !isFinal(session.state.status);
    setText(this.#elapsed, duration(session.elapsed(), running));
    if (running) this.#tick.start(SECOND);
    else this.#tick.stop();
  }
}
