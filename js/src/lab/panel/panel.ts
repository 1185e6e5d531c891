import type { ListedStream, ListQuery } from '../../protocol';
import type { Viewer } from '../../registry';
import { make, setText } from '../../view/dom';
import { Grid } from './grid';
import { StreamList } from './list';
import type { RowContext } from './row';
import css from './style.css';
import { Toolbar } from './toolbar';
import { emptyWords, totalWords } from './words';

/** What the panel needs of the page. */
export interface Surroundings extends RowContext {
  /** The module that holds the page's live socket. */
  load(): Promise<Viewer>;
  /** The path of the notebook that the reader works in, below the server's root. */
  notebook(): string | null;
}

/** The list of streams with its search and its filter. Nothing is fetched until it is shown. */
export class Panel {
  readonly element = make('div', 'nbps-panel');
  readonly #page: Surroundings;
  readonly #list: StreamList;
  readonly #toolbar: Toolbar;
  readonly #grid: Grid;
  readonly #empty = make('p', 'nbps-empty');
  #hasMenu = false;
  #shown = false;
  #asked = '';

  constructor(page: Surroundings, signal: AbortSignal) {
    this.#page = page;
    this.#list = new StreamList(() => this.#update(), signal);
    this.#toolbar = new Toolbar(() => this.#search(), signal);
    this.#grid = new Grid(this.#list, page, signal);
    document.head.append(make('style', '', css));
    this.element.append(this.#toolbar.element, this.#empty, this.#grid.element);
    this.#toolbar.element.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    const onMenu = () => {
      this.#hasMenu = true;
    };
    this.#grid.element.addEventListener('contextmenu', onMenu, { signal });
    this.#update();
  }

  /** The stream that the reader has chosen, while it can be seen. */
  get chosen(): ListedStream | null {
    return this.#shown ? this.#grid.chosen : null;
  }

  /** The stream whose row an event happened in. */
  streamOf(event: Event): ListedStream | null {
    return this.#grid.streamOf(event);
  }

  find(streamId: string): ListedStream | null {
    const index = this.#list.indexOf(streamId);
    return index === null ? null : this.#list.at(index);
  }

  show(): void {
    if (this.#shown) return;
    this.#shown = true;
    this.#search();
    void this.#follow();
  }

  hide(): void {
    this.#shown = false;
    this.#list.close();
    this.#grid.rest();
  }

  resize(): void {
    if (this.#shown) this.#grid.render();
  }

  focus(): void {
    this.#toolbar.focus();
  }

  /** Takes the focus back from a menu that was asked for in a row; JupyterLab lets it go. */
  closeMenu(): void {
    if (this.#hasMenu) this.#grid.focus();
    this.#hasMenu = false;
  }

  /** The reader has turned to another notebook. */
  turn(): void {
    if (!this.#shown) return;
    if (this.#toolbar.filter === 'notebook') this.#search();
    // What can be done with a stream depends on the notebook, too.
    this.#grid.render();
  }

  async #follow(): Promise<void> {
    try {
      const viewer = await this.#page.load();
      if (this.#shown) this.#list.open((receiver, signal) => viewer.list(receiver, signal));
    } catch (error) {
      const message = `The list could not be loaded (${error}). Reload the page.`;
      this.#list.refuse({ type: 'no-viewer', message });
    }
  }

  #search(): void {
    const query = this.#query();
    const asked = JSON.stringify(query);
    // A problem may be over: then the same is asked once more.
    if (asked === this.#asked && !this.#list.problem) return;
    this.#asked = asked;
    this.#grid.reset();
    this.#list.search(query);
  }

  #query(): ListQuery | null {
    const { words, filter } = this.#toolbar;
    const search = words ? { search: words } : {};
    if (filter === 'running') return { ...search, live: true };
    if (filter === 'all') return search;
    const notebook = this.#page.notebook();
    return notebook === null ? null : { ...search, notebook };
  }

  #update(): void {
    const hadFocus = this.#grid.element.contains(document.activeElement);
    const words = emptyWords(this.#list, this.#toolbar.filter);
    setText(this.#empty, words);
    this.#empty.hidden = words === '';
    this.#grid.element.hidden = words !== '';
    this.#toolbar.showTotal(totalWords(this.#list));
    this.element.classList.toggle('nbps-mod-reconnecting', this.#list.reconnecting);
    if (this.#shown) this.#grid.update();
    if (hadFocus && words !== '') this.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const box = event.target instanceof HTMLInputElement && event.target.type === 'search';
    if (event.key !== 'ArrowDown' || !box) return;
    event.preventDefault();
    this.#grid.focus();
  }
}
