import { normalizeReference, type ParseEnv, parser } from './parser';
import type { Patcher } from './patch';
import { type ElementTree, element, fill, type Tree } from './tree';

type Definitions = ParseEnv['references'];

const LABEL = /\[((?:[^[\]\\]|\\[\s\S])+)\]/g;

/** The link definitions of what is frozen, and the leaves that wait for one that is yet to come. */
export class References {
  readonly #patcher: Patcher;
  readonly #known: Definitions = Object.create(null);
  readonly #waiting = new Map<string, Set<ElementTree>>();

  constructor(patcher: Patcher) {
    this.#patcher = patcher;
  }

  /** For a parse of what follows: it sees what is known, and adds only to its own. */
  env(): ParseEnv {
    return { references: Object.create(this.#known) };
  }

  /** Some source, and what shows it, change no more; `env` is that of the parse that made them. */
  freeze(source: string, trees: readonly Tree[], env: ParseEnv): void {
    const own = new Set(Object.keys(env.references));
    if (own.size > 0) this.#learn(source);
    for (const tree of trees) this.#note(tree, own);
  }

  #learn(source: string): void {
    const env = this.env();
    parser.block.parse(source, parser, env, []);
    for (const [label, definition] of Object.entries(env.references)) {
      this.#known[label] = definition;
      const waiting = this.#waiting.get(label);
      this.#waiting.delete(label);
      for (const leaf of waiting ?? []) this.#renew(leaf);
    }
  }

  /** Finds the leaves that a later definition could change. */
  #note(tree: Tree, provisional: ReadonlySet<string>): void {
    if (tree.kind !== 'element') return;
    for (const child of tree.children) this.#note(child, provisional);
    if (tree.source === null) return;
    let undone = false;
    for (const [, words = ''] of tree.source.matchAll(LABEL)) {
      const label = normalizeReference(words);
      if (label in this.#known) continue;
      const waiting = this.#waiting.get(label);
      if (waiting) waiting.add(tree);
      else this.#waiting.set(label, new Set([tree]));
      undone ||= provisional.has(label);
    }
    // It was shown with a definition that is not sure to stay one.
    if (undone) this.#renew(tree);
  }

  #renew(leaf: ElementTree): void {
    if (leaf.source === null || !leaf.dom) return;
    const [token] = parser.parseInline(leaf.source, { references: this.#known });
    if (!token) return;
    const { children } = leaf;
    const next = element(leaf.tag);
    fill(next, token, leaf.task);
    this.#patcher.children(leaf.dom, children, next.children);
    leaf.children = next.children;
  }
}
