import type { ListedStream } from '../../protocol';
import { Timer } from '../../timer';
import { make } from '../../view/dom';
import { Frame } from '../../view/frame';
import { asKeys, type Move } from './keys';
import type { StreamList } from './list';
import { Place } from './place';
import { Row, type RowContext } from './row';
import { isLive } from './words';

/** A row's height in pixels until one has been measured. */
const ROW = 46;
/** Rows that are made before they are seen. */
const SPARE = 4;

const SECOND = 1_000;
const HALF_MINUTE = 30_000;

/**
 * The rows of a list of any length: only those in sight are there, and the one with the focus. What
 * the reader looks at stays where it is when the list changes.
 */
export class Grid {
  readonly element = make('div', 'nbps-grid');
  readonly #rows = make('div', 'nbps-rows');
  readonly #list: StreamList;
  readonly #context: RowContext;
  readonly #shown = new Map<string, Row>();
  readonly #frame: Frame;
  readonly #tick: Timer;
  /** The row that Tab leads to. */
  readonly #active: Place;
  /** Whether the reader has been there: only then do commands act on it. */
  #chosen = false;
  /** The first row in sight. */
  readonly #top: Place;
  #rowHeight = ROW;

  constructor(list: StreamList, context: RowContext, signal: AbortSignal) {
    this.#list = list;
    this.#context = context;
    this.#active = new Place(list);
    this.#top = new Place(list);
    this.#frame = new Frame(() => this.render(), signal);
    this.#tick = new Timer(() => this.#showTimes(), signal);
    this.element.setAttribute('role', 'grid');
    this.element.setAttribute('aria-label', 'Streams');
    this.#rows.setAttribute('role', 'rowgroup');
    this.element.append(this.#rows);
    this.element.addEventListener('scroll', () => this.#frame.request(), { signal, passive: true });
    this.element.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.element.addEventListener('focusin', (event) => this.#activate(event), { signal });
    this.element.addEventListener('contextmenu', (event) => this.#activate(event), { signal });
    this.element.addEventListener('click', (event) => this.#onClick(event), { signal });
  }

  /** The stream whose row the reader went to last. */
  get chosen(): ListedStream | null {
    return this.#chosen ? this.#active.stream : null;
  }

  /** The stream whose row an event happened in. */
  streamOf({ target }: Event): ListedStream | null {
    return this.#rowOf(target)?.[1].stream ?? null;
  }

  /** Back to the beginning, for another list. */
  reset(): void {
    this.#chosen = false;
    this.#active.reset();
    this.#top.reset();
    this.element.scrollTop = 0;
  }

  /** Puts the focus on the row that Tab leads to. */
  focus(): void {
    const { element } = this.#shown.get(this.#key(this.#active.index)) ?? {};
    element?.focus({ preventScroll: true });
  }

  /** Stops what runs by itself, until the next rendering. */
  rest(): void {
    this.#tick.stop();
  }

  /** Shows the list as it now is. */
  update(): void {
    const moved = this.#top.follow();
    if (moved !== 0 && this.element.scrollTop > 0) {
      this.#resize();
      this.element.scrollTop += moved * this.#rowHeight;
    }
    this.#active.follow();
    this.render();
  }

  /** Shows the rows in sight, and asks for them. */
  render(): void {
    this.#resize();
    const { scrollTop, clientHeight } = this.element;
    const from = Math.min(Math.floor(scrollTop / this.#rowHeight), this.#length);
    const to = Math.min(Math.ceil((scrollTop + clientHeight) / this.#rowHeight), this.#length);
    this.#top.go(from);
    this.#active.go(this.#active.index);
    this.#list.look(from, to);
    const indexes = range(Math.max(0, from - SPARE), Math.min(to + SPARE, this.#length));
    if (this.#length > 0 && !indexes.includes(this.#active.index)) indexes.push(this.#active.index);
    this.#place(indexes.sort((one, other) => one - other));
    if (this.#measure()) this.#frame.request();
    this.#startTick();
  }

  get #length(): number {
    return this.#list.total ?? 0;
  }

  #resize(): void {
    this.element.setAttribute('aria-rowcount', String(this.#length));
    this.#rows.style.height = `${this.#length * this.#rowHeight}px`;
  }

  /** Sees how high a row is with this theme's fonts; whether that is news. */
  #measure(): boolean {
    const height = this.#rows.firstElementChild?.getBoundingClientRect().height || this.#rowHeight;
    const news = height !== this.#rowHeight;
    this.#rowHeight = height;
    return news;
  }

  #key(index: number): string {
    return this.#list.at(index)?.stream_id ?? `#${index}`;
  }

  /** Puts exactly these rows there, in order; the row with the focus is never moved. */
  #place(indexes: readonly number[]): void {
    const hadFocus = this.element.contains(document.activeElement);
    const keys = new Set(indexes.map((index) => this.#key(index)));
    for (const [key, row] of this.#shown) {
      if (keys.has(key)) continue;
      row.element.remove();
      this.#shown.delete(key);
    }
    let next = this.#rows.firstElementChild;
    for (const index of indexes) {
      const { element } = this.#show(index);
      if (element === next) next = next.nextElementSibling;
      else this.#rows.insertBefore(element, next);
    }
    if (hadFocus && !this.element.contains(document.activeElement)) this.focus();
  }

  #show(index: number): Row {
    const key = this.#key(index);
    const row = this.#shown.get(key) ?? new Row(this.#context);
    this.#shown.set(key, row);
    const stream = this.#list.at(index);
    row.show(stream, index, stream ? this.#list.elapsed(stream) : 0);
    row.element.style.top = `${index * this.#rowHeight}px`;
    this.#mark(row, index);
    return row;
  }

  #mark({ element }: Row, index: number): void {
    const active = index === this.#active.index;
    element.tabIndex = active ? 0 : -1;
    element.setAttribute('aria-selected', String(active && this.#chosen));
  }

  #showTimes(): void {
    for (const row of this.#shown.values()) {
      if (row.stream) row.showTime(this.#list.elapsed(row.stream));
    }
    this.#startTick();
  }

  #startTick(): void {
    const live = [...this.#shown.values()].some(({ stream }) => stream && isLive(stream));
    // An element that is hidden has no height.
    if (this.element.clientHeight > 0) this.#tick.start(live ? SECOND : HALF_MINUTE);
  }

  #rowOf(target: EventTarget | null): [index: number, row: Row] | null {
    const element = target instanceof Element ? target.closest('.nbps-row') : null;
    const row = [...this.#shown.values()].find((shown) => shown.element === element);
    return row ? [indexOf(row), row] : null;
  }

  #activate({ target }: Event): void {
    const found = this.#rowOf(target);
    if (!found) return;
    this.#chosen = true;
    this.#active.go(found[0]);
    for (const row of this.#shown.values()) this.#mark(row, indexOf(row));
  }

  #onClick(event: Event): void {
    const stream = this.streamOf(event);
    if (stream) this.#context.act('open', stream);
  }

  #onKey(event: KeyboardEvent): void {
    const found = this.#rowOf(event.target);
    const key = found && asKeys(event, found[1]);
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    if (key.move) this.#goTo(key.move);
    else if (key.focus) key.focus.focus();
    else if (key.act && found[1].stream) this.#context.act(key.act, found[1].stream);
  }

  #goTo(move: Move): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#rowHeight) - 1);
    this.#active.go(move({ index: this.#active.index, page, last: this.#length - 1 }));
    this.#reveal(this.#active.index);
    this.render();
    this.focus();
  }

  #reveal(index: number): void {
    const { scrollTop, clientHeight } = this.element;
    const top = index * this.#rowHeight;
    const bottom = top + this.#rowHeight;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
  }
}

function indexOf({ element }: Row): number {
  return Number(element.getAttribute('aria-rowindex')) - 1;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
