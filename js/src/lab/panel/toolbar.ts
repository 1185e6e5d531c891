import { Timer } from '../../timer';
import { make, setText } from '../../view/dom';
import type { Filter } from './words';

/** How long the reader may pause within a word. */
const DEBOUNCE = 250;

const FILTERS: Readonly<Record<Filter, string>> = {
  all: 'All',
  running: 'Running',
  notebook: 'This notebook',
};

let instances = 0;

/** What the list is narrowed down to, and how many streams that leaves. */
export class Toolbar {
  readonly element = make('div', 'nbps-toolbar');
  readonly #changed: () => void;
  readonly #search = make('input', 'nbps-search-box');
  readonly #clear = make('button', 'nbps-search-clear', '×');
  readonly #total = make('span', 'nbps-total');
  readonly #soon: Timer;
  #filter: Filter = 'all';

  constructor(changed: () => void, signal: AbortSignal) {
    this.#changed = changed;
    this.#soon = new Timer(changed, signal);
    this.#total.setAttribute('role', 'status');
    const line = make('div', 'nbps-filter-line');
    line.append(this.#makeFilter(), this.#total);
    this.element.append(this.#makeSearch(), line);
  }

  /** The words that are searched for. */
  get words(): string {
    return this.#search.value.trim();
  }

  get filter(): Filter {
    return this.#filter;
  }

  focus(): void {
    this.#search.focus();
  }

  showTotal(words: string): void {
    setText(this.#total, words);
  }

  #makeSearch(): HTMLElement {
    const box = make('div', 'nbps-search');
    this.#search.type = 'search';
    this.#search.spellcheck = false;
    this.#search.autocomplete = 'off';
    this.#search.placeholder = 'Search streams';
    this.#search.title =
      'Finds all these words in the text, title, tags, prompt, model, notebook or id';
    this.#search.setAttribute('role', 'searchbox');
    this.#search.setAttribute('aria-label', 'Search streams');
    this.#search.addEventListener('input', () => {
      this.#clear.hidden = this.#search.value === '';
      this.#soon.start(DEBOUNCE);
    });
    this.#search.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') this.#now();
      if (key === 'Escape') this.#empty();
    });
    this.#clear.type = 'button';
    this.#clear.hidden = true;
    this.#clear.title = 'Clear the search';
    this.#clear.setAttribute('aria-label', 'Clear the search');
    this.#clear.addEventListener('click', () => {
      this.#empty();
      this.focus();
    });
    box.append(this.#search, this.#clear);
    return box;
  }

  /** Radio buttons, because the browser gives them their keys and their words. */
  #makeFilter(): HTMLElement {
    const group = make('div', 'nbps-filter');
    group.setAttribute('role', 'radiogroup');
    group.setAttribute('aria-label', 'Which streams');
    instances += 1;
    for (const [filter, label] of Object.entries(FILTERS) as [Filter, string][]) {
      const radio = make('input', 'nbps-filter-radio');
      radio.type = 'radio';
      radio.name = `nbps-filter-${instances}`;
      radio.checked = filter === this.#filter;
      radio.addEventListener('change', () => {
        this.#filter = filter;
        this.#now();
      });
      const item = make('label', 'nbps-filter-item');
      item.append(radio, make('span', 'nbps-filter-label', label));
      group.append(item);
    }
    return group;
  }

  #empty(): void {
    if (this.#search.value === '') return;
    this.#search.value = '';
    this.#clear.hidden = true;
    this.#now();
  }

  #now(): void {
    this.#soon.stop();
    this.#changed();
  }
}
