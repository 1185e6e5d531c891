import type { Token } from 'markdown-it';
import { type LinkPolicy, SAFE } from './links';
import { type ElementTree, element, formula, type Tag, type Tree, text } from './tree';

const MARKS: Readonly<Record<string, Tag>> = { em: 'em', strong: 'strong', s: 'del' };
/** Marks within marks. */
const DEEPEST = 48;
/** Links that lead somewhere else, in a tab of their own, and say nothing of where they were. */
const OUTWARD = { rel: 'noopener noreferrer nofollow', target: '_blank' };

/** What a leaf shows; `task` is the mark in its box, if it begins with one. A policy of its own is for tests: the product's links are safe ones. */
export function inlineTrees(tokens: readonly Token[], task: string | null, links = SAFE): Tree[] {
  const builder = new Builder(links);
  for (const token of tokens) builder.add(token);
  const { children } = builder.root;
  if (task === null) return children;
  const [first] = children;
  if (first?.kind !== 'text' || !first.text.startsWith('[')) return children;
  first.text = first.text.slice('[x]'.length);
  const done = task !== ' ';
  const box = { type: 'checkbox', disabled: '', 'aria-label': done ? 'Done' : 'To do' };
  return [element('input', done ? { ...box, checked: '' } : box), ...children];
}

class Builder {
  readonly root = element('span');
  readonly #open: ElementTree[] = [this.root];
  readonly #links: LinkPolicy;

  constructor(links: LinkPolicy) {
    this.#links = links;
  }

  add(token: Token): void {
    const { type, tag, nesting, content } = token;
    const leaf = this.#leaf(token);
    if (leaf) this.#push(leaf);
    else if (type === 'link_open') this.#enter(this.#link(token));
    else if (type === 'tag_open') this.#enter(element(tag as Tag));
    else if (type === 'tag_close' && this.#top.tag === tag) this.#open.pop();
    else if (nesting === 1) this.#enter(element(MARKS[tag] ?? 'span'));
    else if (nesting === -1) this.#leave(token);
    else this.#text(type === 'softbreak' ? '\n' : content);
  }

  #leaf(token: Token): Tree | null {
    const { type, content, meta } = token;
    switch (type) {
      case 'hardbreak':
        return element('br');
      case 'code_inline':
        return element('code', {}, [text(content)]);
      case 'math_inline':
        return formula(content, meta?.display === true);
      case 'image':
        return this.#image(token);
      default:
        return null;
    }
  }

  get #top(): ElementTree {
    return this.#open.at(-1) ?? this.root;
  }

  #push(tree: Tree): void {
    this.#top.children.push(tree);
  }

  #enter(tree: ElementTree): void {
    // Too deep, an element is left out: what it holds goes to where it would stand.
    if (this.#open.length > DEEPEST) tree.children = this.#top.children;
    else this.#push(tree);
    this.#open.push(tree);
  }

  /** Closes a mark, and with it what was left open within. */
  #leave({ type, tag }: Token): void {
    const isEnd = (tree: ElementTree) =>
      type === 'link_close' ? tree.tag === 'a' || tree.tag === 'span' : tree.tag === MARKS[tag];
    const at = this.#open.findLastIndex((tree, i) => i > 0 && isEnd(tree));
    if (at > 0) this.#open.length = at;
  }

  #text(words: string): void {
    if (!words) return;
    const last = this.#top.children.at(-1);
    if (last?.kind === 'text') last.text += words;
    else this.#push(text(words));
  }

  #link(token: Token): ElementTree {
    const href = this.#links.link(attribute(token, 'href'));
    const title = attribute(token, 'title');
    if (href === null) return element('span', { class: 'nbps-md-nolink' });
    return element('a', title ? { href, ...OUTWARD, title } : { href, ...OUTWARD });
  }

  /** Only its words, until the reader asks for more; in a link it stays at that. */
  #image(token: Token): Tree {
    const alt = plainText(token.children ?? []);
    const url = this.#links.image(attribute(token, 'src'));
    const linked = this.#open.some(({ tag }) => tag === 'a');
    if (url !== null && (!linked || this.#links.imagesInLinks))
      return { kind: 'image', url, alt, title: attribute(token, 'title'), dom: null };
    return element('span', { class: 'nbps-md-image' }, [text(alt || 'image')]);
  }
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

function plainText(tokens: readonly Token[]): string {
  let words = '';
  for (const { type, content, children } of tokens) {
    if (type === 'image') words += plainText(children ?? []);
    else words += type === 'softbreak' || type === 'hardbreak' ? '\n' : content;
  }
  return words;
}
