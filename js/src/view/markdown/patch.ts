import { CodeBlock } from './code';
import { formula } from './formula';
import { remoteImage } from './image';
import { add, remove } from './items';
import type { Attributes, CodeTree, ElementTree, TextTree, Tree } from './tree';
import type { Work } from './work';

/** Makes the page show a tree: with element and text nodes only, never from markup. */
export class Patcher {
  readonly #work: Work;

  constructor(work: Work) {
    this.#work = work;
  }

  create(tree: Tree): Node {
    const dom = this.#make(tree);
    tree.dom = dom;
    return dom;
  }

  /** Makes what shows `old` show `next`, changing no more than differs. */
  patch(old: Tree, next: Tree): void {
    const { dom } = old;
    if (old.kind === 'text' && next.kind === 'text') patchText(old, next);
    else if (old.kind === 'code' && next.kind === 'code' && old.language === next.language) {
      patchCode(old, next);
    } else if (old.kind === 'element' && next.kind === 'element' && old.tag === next.tag) {
      this.#patchElement(old, next);
    } else if (!isSame(old, next)) {
      dom?.parentNode?.replaceChild(this.create(next), dom);
      return;
    }
    next.dom = dom;
  }

  children(parent: Node, old: readonly Tree[], next: readonly Tree[]): void {
    for (const [i, tree] of next.entries()) {
      const before = old[i];
      if (before) this.patch(before, tree);
      else add(parent, this.create(tree));
    }
    for (const { dom } of old.slice(next.length)) if (dom) remove(dom);
  }

  #patchElement(old: ElementTree, next: ElementTree): void {
    const dom = old.dom as HTMLElement;
    setAttributes(dom, old.attributes, next.attributes);
    this.children(dom, old.children, next.children);
  }

  #make(tree: Tree): Node {
    switch (tree.kind) {
      case 'text':
        return document.createTextNode(tree.text);
      case 'code':
        tree.block = new CodeBlock(tree.language, this.#work);
        tree.block.set(tree.text);
        return tree.block.element;
      case 'formula':
        return formula(tree, this.#work);
      case 'image':
        return remoteImage(tree);
      case 'element': {
        const dom = document.createElement(tree.tag);
        setAttributes(dom, {}, tree.attributes);
        this.children(dom, [], tree.children);
        return dom;
      }
    }
  }
}

function patchCode(old: CodeTree, next: CodeTree): void {
  next.block = old.block;
  if (old.text !== next.text) next.block?.set(next.text);
}

/** Text is added and taken at its end, so that a selection in it stays. */
function patchText(old: TextTree, next: TextTree): void {
  if (old.text === next.text) return;
  const dom = old.dom as Text;
  if (next.text.startsWith(old.text)) dom.appendData(next.text.slice(old.text.length));
  else {
    const same = commonStart(old.text, next.text);
    dom.replaceData(same, old.text.length - same, next.text.slice(same));
  }
}

function commonStart(one: string, other: string): number {
  let i = 0;
  while (i < one.length && one.charCodeAt(i) === other.charCodeAt(i)) i++;
  return i;
}

/** Whether two formulas or images look the same. */
function isSame(old: Tree, next: Tree): boolean {
  if (old.kind === 'formula' && next.kind === 'formula') {
    const { tex, display, block } = next;
    return old.tex === tex && old.display === display && old.block === block;
  }
  if (old.kind === 'image' && next.kind === 'image') {
    return old.url === next.url && old.alt === next.alt && old.title === next.title;
  }
  return false;
}

function setAttributes(dom: Element, old: Attributes, next: Attributes): void {
  if (old === next) return;
  for (const name of Object.keys(old)) if (!(name in next)) dom.removeAttribute(name);
  for (const [name, value] of Object.entries(next)) {
    if (old[name] !== value) dom.setAttribute(name, value);
  }
}
