import { selectedIn } from './dom';

/** How far from the end still counts as the end, in pixels: zoomed pages have halves of them. */
const NEAR = 4;
const UPWARDS: readonly string[] = ['ArrowUp', 'PageUp', 'Home'];

/**
 * Keeps the end of a scroller in sight while its text grows, until the reader goes elsewhere:
 * scrolls up, by whatever means, or selects something. It goes on when the end is reached again.
 * Nothing but this scroller is ever scrolled.
 */
export class Follow {
  readonly #scroller: HTMLElement;
  readonly #changed: () => void;
  #growing = false;
  #follows = false;
  /** Where the scroller stood last. */
  #top = 0;

  /** `changed` is told when it begins or ends to follow. */
  constructor(scroller: HTMLElement, changed: () => void, signal: AbortSignal) {
    this.#scroller = scroller;
    this.#changed = changed;
    const options = { signal, passive: true };
    scroller.addEventListener('scroll', () => this.#onScroll(), options);
    scroller.addEventListener('wheel', (event) => this.#onWheel(event), options);
    scroller.addEventListener('keydown', (event) => this.#onKey(event), options);
    document.addEventListener('selectionchange', () => this.#onSelection(), options);
  }

  /** Whether the end is kept in sight. */
  get follows(): boolean {
    return this.#follows;
  }

  /** Whether the text grows while the reader is elsewhere. */
  get left(): boolean {
    return this.#growing && !this.#follows;
  }

  /**
   * Says whether more is to come. The end of a text that grew is still kept after that, for its
   * last words and formulas come a little later; a text that was whole is read from its beginning.
   */
  setGrowing(growing: boolean): void {
    if (growing === this.#growing) return;
    this.#growing = growing;
    if (growing) this.resume();
    this.#changed();
  }

  /** Goes to the end, and stays there. */
  resume(): void {
    this.#setFollows(true);
    this.keep();
  }

  /** To be called once the text has grown and is laid out: nothing is laid out for it. */
  keep(): void {
    if (!this.#follows) return;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
  }

  #setFollows(follows: boolean): void {
    if (follows === this.#follows) return;
    this.#follows = follows;
    this.#changed();
  }

  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const before = this.#top;
    this.#top = scrollTop;
    const atEnd = scrollHeight - clientHeight - scrollTop <= NEAR;
    // Upwards and yet at the end: the text has become shorter.
    if (scrollTop < before && !atEnd) this.#setFollows(false);
    else if (scrollTop > before && atEnd && this.#growing) this.#setFollows(true);
  }

  /** Before the first pixel is scrolled: the end would else be held against the reader. */
  #onWheel({ deltaY, ctrlKey }: WheelEvent): void {
    if (deltaY < 0 && !ctrlKey && this.#scroller.scrollTop > 0) this.#setFollows(false);
  }

  #onKey({ key, shiftKey }: KeyboardEvent): void {
    const upwards = UPWARDS.includes(key) || (key === ' ' && shiftKey);
    if (upwards && this.#scroller.scrollTop > 0) this.#setFollows(false);
  }

  /** Text that is being selected must not move away. */
  #onSelection(): void {
    if (!this.#follows || this.#scroller.scrollTop === 0) return;
    if (selectedIn(this.#scroller)) this.#setFollows(false);
  }
}
