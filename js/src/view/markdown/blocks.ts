import { make } from '../dom';
import type { Patcher } from './patch';
import type { Tree } from './tree';

/** Blocks in a wrapper of its own, which the browser does not lay out while it is out of sight. */
const BLOCKS = 64;
/** Wrappers in a wrapper of theirs: for each frame a browser looks at all that it may leave out. */
const WRAPPERS = 32;

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
    for (const { dom } of this.#live.slice(next.length).reverse()) this.#remove(dom);
    this.#live = next;
  }

  /** The first blocks of those shown change no more. */
  freeze(count: number): void {
    this.#frozen += count;
    this.#live = this.#live.slice(count);
  }

  /** Where a block belongs, by its number. */
  #wrapper(index: number): Element {
    let part = this.#root.lastElementChild;
    const last = part?.lastElementChild;
    if (last && index % BLOCKS > 0) return last;
    if (!part || index % (BLOCKS * WRAPPERS) === 0) {
      part = this.#root.appendChild(make('div', 'nbps-md-part'));
    }
    return part.appendChild(make('div', 'nbps-md-blocks'));
  }

  /** Removes a block, and the wrappers that it leaves empty. */
  #remove(dom: Node | null): void {
    let node = dom;
    while (node && node !== this.#root) {
      const parent: Node | null = node.parentNode;
      parent?.removeChild(node);
      node = parent?.hasChildNodes() ? null : parent;
    }
  }
}
