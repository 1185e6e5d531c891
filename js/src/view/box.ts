import { button } from './buttons';
import type { Choices } from './choices';
import { make, setText } from './dom';
import { Follow } from './follow';
import { inPlace } from './inplace';

/**
 * What a body is read in: as high as the body, up to a bound. A longer one scrolls within it, at
 * its end while it grows, until the reader has it shown in full.
 */
export class Box {
  readonly element = make('div', 'nbps-box');
  /** The body belongs in here. */
  readonly content = make('div', 'nbps-content');
  readonly #scroller = make('div', 'nbps-scroller');
  readonly #jump = button('nbps-jump', 'Jump to latest');
  readonly #expand = button('nbps-expand', 'Expand');
  readonly #follow: Follow;
  #overflows = false;
  readonly #choices: Choices;
  #expanded: boolean;

  constructor(choices: Choices, signal: AbortSignal) {
    this.#choices = choices;
    this.#expanded = choices.expanded;
    this.#follow = new Follow(this.#scroller, () => this.#update(), signal);
    this.#scroller.append(this.content);
    const edge = make('div', 'nbps-edge');
    edge.append(this.#jump, this.#expand);
    this.element.append(this.#scroller, edge);
    this.#jump.addEventListener('click', () => this.#goToEnd(), { signal });
    this.#expand.addEventListener('click', () => this.#toggle(), { signal });
    // It is told between layout and paint: what it scrolls is never seen where it was.
    const observer = new ResizeObserver(() => this.#onResize());
    observer.observe(this.#scroller);
    observer.observe(this.content);
    signal.addEventListener('abort', () => observer.disconnect());
    this.#showExpanded();
    this.#update();
  }

  /** Says whether the body still grows. */
  setGrowing(growing: boolean): void {
    this.#follow.setGrowing(growing);
  }

  #onResize(): void {
    const { scrollHeight, clientHeight } = this.#scroller;
    this.#overflows = scrollHeight > clientHeight + 1;
    this.#update();
    this.#follow.keep();
  }

  #update(): void {
    this.#expand.hidden = !this.#overflows && !this.#expanded;
    this.#jump.hidden = !this.#overflows || !this.#follow.left;
    this.element.toggleAttribute('data-follows', this.#follow.follows);
    if (this.#overflows) {
      // What scrolls has to be reached, and named, without a mouse.
      this.#scroller.tabIndex = 0;
      this.#scroller.setAttribute('role', 'group');
      this.#scroller.setAttribute('aria-label', 'Text of the stream');
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) this.#scroller.removeAttribute(name);
    }
  }

  #goToEnd(): void {
    // The button goes away: who pressed it by key reads on from here.
    this.#scroller.focus({ preventScroll: true });
    this.#follow.resume();
  }

  /** What is being read stays where it is seen, the text below the button's edge or above it. */
  #toggle(): void {
    this.#expanded = !this.#expanded;
    this.#choices.expanded = this.#expanded;
    inPlace(this.#expanded ? this.content : this.#expand, () => {
      this.#showExpanded();
      if (!this.#expanded) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    });
  }

  #showExpanded(): void {
    this.element.toggleAttribute('data-expanded', this.#expanded);
    setText(this.#expand, this.#expanded ? 'Collapse' : 'Expand');
  }
}
