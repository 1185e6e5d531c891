import { make } from '../dom';
import type { Patcher } from './patch';
import type { Tree } from './tree';

/** Blocks in a wrapper of its own, which the browser does not lay out while it is out of sight. */
const BLOCKS = 32;

/** The blocks of a document in the page: frozen ones, then those that may still change. */
export class Blocks {
  readonly #root: HTMLElement;
  readonly #patcher: Patcher;
  #frozen = 0;
  #live: readonly Tree[] = [];

  constructor(root: HTMLElement, patcher: Patcher) {
    this.#root = root;
    this.#patcher = patcher;
  }

  /** Shows the blocks after the frozen ones. */
  show(next: readonly Tree[]): void {
    for (const [i, tree] of next.entries()) {
      const old = this.#live[i];
      if (old) this.#patcher.patch(old, tree);
      else this.#wrapper(this.#frozen + i).append(this.#patcher.create(tree));
    }
    for (const { dom } of this.#live.slice(next.length).reverse()) {
      const wrapper = dom?.parentNode;
      if (dom) wrapper?.removeChild(dom);
      if (wrapper && !wrapper.hasChildNodes()) this.#root.removeChild(wrapper);
    }
    this.#live = next;
  }

  /** The first blocks of those shown change no more. */
  freeze(count: number): void {
    this.#frozen += count;
    this.#live = this.#live.slice(count);
  }

  #wrapper(index: number): Element {
    const last = this.#root.lastElementChild;
    if (last && index % BLOCKS > 0) return last;
    return this.#root.appendChild(make('div', 'nbps-md-blocks'));
  }
}
