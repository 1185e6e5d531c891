import type { Feed } from '../feed';
import { isFinal, type StreamState } from '../protocol';
import type { MountOptions } from '../registry';
import { Timer } from '../timer';
import { CopyButton, RawButton, StopButton } from './buttons';
import { make, setText } from './dom';
import { LinkButton } from './link';
import { RerunButton } from './rerun';
import { finishWords, number, speedWords, usageWords } from './usage';
import { duration, explanation, modelName, noticeOf, statusWord, storedWords } from './words';

const SECOND = 1_000;

/** What a view shows of the body. */
interface Shown {
  /** The answer as it stands. */
  readonly text: () => string;
  /** Whether it is shown as it is written at first. */
  readonly raw: boolean;
  /** Shows it as it is written, or as it is meant. */
  readonly setRaw: (raw: boolean) => void;
  /** Whether there is a copy to show where no source has the stream. */
  readonly hasCopy: boolean;
}

/** What the page knows of a view beyond its stream, and can do for it. */
export type Surroundings = Pick<MountOptions, 'reused' | 'rerun' | 'open'>;

/** What is known of a stream, in one line; and, when there is no body to be had, why. */
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
  /** Characters until the provider has counted tokens. */
  readonly #count = make('span', 'nbps-count');
  readonly #usage = make('span', 'nbps-usage');
  readonly #speed = make('span', 'nbps-speed');
  readonly #finish = make('span', 'nbps-finish');
  readonly #notice = make('span', 'nbps-notice');
  /** How old it is, where it answers in place of a new one. */
  readonly #stored = make('span', 'nbps-stored');
  readonly #link: LinkButton;
  readonly #stop: StopButton;
  readonly #rerun: RerunButton;
  readonly #reused: boolean;

  constructor(feed: Feed, shown: Shown, signal: AbortSignal, surroundings: Surroundings) {
    const { reused = false, rerun, open } = surroundings;
    this.#reused = reused;
    this.#link = new LinkButton(open, signal);
    this.#rerun = new RerunButton(feed, reused ? rerun : undefined, signal);
    this.#feed = feed;
    this.#shown = shown;
    this.#tick = new Timer(() => this.#showElapsed(), signal);
    this.#stop = new StopButton(feed, signal);
    this.#status.setAttribute('role', 'status');
    this.explanation.setAttribute('role', 'alert');
    const dot = make('span', 'nbps-dot');
    dot.setAttribute('aria-hidden', 'true');
    // What turns text around turns no more than its own.
    for (const words of [this.#title, this.#model, this.#notice]) words.dir = 'auto';
    const buttons = make('div', 'nbps-buttons');
    const raw = new RawButton(shown.raw, shown.setRaw, signal);
    buttons.append(this.#stop.element, this.#rerun.element, raw.element);
    buttons.append(new CopyButton(shown.text, signal).element);
    const facts = make('div', 'nbps-facts');
    facts.append(dot, this.#status, this.#title, this.#model);
    facts.append(this.#stored, this.#link.element);
    facts.append(this.#elapsed, this.#count, this.#usage, this.#speed);
    facts.append(this.#finish, this.#notice);
    this.element.append(facts, buttons);
    this.update();
  }

  update(): void {
    const { session } = this.#feed;
    setText(this.#status, this.#feed.idle ? 'Saved' : statusWord(session));
    if (session.state) this.#describe(session.state);
    setText(this.#notice, noticeOf(session));
    setText(this.explanation, explanation(session, this.#shown.hasCopy));
    this.#stop.update();
    this.#rerun.update();
    this.#showElapsed();
  }

  #describe(state: StreamState): void {
    setText(this.#title, state.title ?? '');
    setText(this.#model, modelName(state));
    setText(this.#stored, this.#reused ? storedWords(state, Date.now() / SECOND) : '');
    this.#link.update(state.link ?? null);
    const usage = usageWords(state);
    setText(this.#usage, usage);
    setText(this.#speed, speedWords(state));
    setText(this.#finish, finishWords(state));
    this.#count.hidden = usage !== '';
  }

  setCount(characters: number): void {
    const unit = characters === 1 ? 'character' : 'characters';
    setText(this.#count, characters === 0 ? '' : `${number(characters)} ${unit}`);
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
