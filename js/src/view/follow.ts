import { selectedIn } from './dom';

/** How far from the end still counts as the end, in pixels: zoomed pages have halves of them. */
const NEAR = 4;
/** A scroll that is under way goes on for so long, in milliseconds. */
const UNDER_WAY = 500;
const UPWARDS: readonly string[] = ['ArrowUp', 'PageUp', 'Home'];
const DOWNWARDS: readonly string[] = ['ArrowDown', 'PageDown', ' '];

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
  /** Until then only a new touch leads away from the end. */
  #heldUntil = 0;

  /** `changed` is told when it begins or ends to follow. */
  constructor(scroller: HTMLElement, changed: () => void, signal: AbortSignal) {
    this.#scroller = scroller;
    this.#changed = changed;
    const options = { signal, passive: true };
    scroller.addEventListener('scroll', () => this.#onScroll(), options);
    scroller.addEventListener('wheel', (event) => this.#onWheel(event), options);
    scroller.addEventListener('keydown', (event) => this.#onKey(event), { signal });
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
    this.#heldUntil = performance.now() + UNDER_WAY;
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

  get #atEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - clientHeight - scrollTop <= NEAR;
  }

  #onScroll(): void {
    const before = this.#top;
    this.#top = this.#scroller.scrollTop;
    if (this.#top > before) this.#goDown();
    else if (this.#top < before) this.#wentUp();
  }

  #wentUp(): void {
    if (performance.now() < this.#heldUntil) this.keep();
    // Upwards and yet at the end: the text has become shorter.
    else if (!this.#atEnd) this.#setFollows(false);
  }

  #onWheel({ deltaY, ctrlKey }: WheelEvent): void {
    if (ctrlKey) return;
    if (deltaY < 0) this.#goUp();
    else if (deltaY > 0) this.#goDown();
  }

  #onKey(event: KeyboardEvent): void {
    const { key, shiftKey } = event;
    if (UPWARDS.includes(key) || (key === ' ' && shiftKey)) this.#goUp();
    else if (DOWNWARDS.includes(key)) this.#goDown();
    else if (key === 'End' && !shiftKey && this.#growing) {
      // The browser would go to where the end is now.
      event.preventDefault();
      this.resume();
    }
  }

  /** Before the first pixel is scrolled: the end would else be held against the reader. */
  #goUp(): void {
    this.#heldUntil = 0;
    if (this.#scroller.scrollTop > 0) this.#setFollows(false);
  }

  /** Also where nothing is left to scroll: the reader has turned round before the first pixel. */
  #goDown(): void {
    if (this.#growing && this.#atEnd) this.#setFollows(true);
  }

  /** Text that is being selected must not move away. */
  #onSelection(): void {
    if (!this.#follows || this.#scroller.scrollTop === 0) return;
    if (selectedIn(this.#scroller)) this.#setFollows(false);
  }
}
