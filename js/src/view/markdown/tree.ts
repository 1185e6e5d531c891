import type { Token } from 'markdown-it';
import type { CodeBlock } from './code';
import { inlineTrees } from './inline';
import { ITEMS } from './items';
import { SAFE } from './links';
import { isProbe, saysLoose } from './looserule';
import { unescapeAll } from './parser';

/** What is shown, as a tree of our own: it has a place for nothing that is not listed here. */
export type Tree = TextTree | ElementTree | CodeTree | FormulaTree | ImageTree;

interface Shown {
  /** What shows it, once something does. */
  dom: Node | null;
}

export interface TextTree extends Shown {
  readonly kind: 'text';
  text: string;
}

export type Attributes = Readonly<Record<string, string>>;

export interface ElementTree extends Shown {
  readonly kind: 'element';
  readonly tag: Tag;
  attributes: Attributes;
  children: Tree[];
  /** The lines of its source: the first, and the one after the last. */
  lines: Lines;
  /** The source of its children, when a definition yet to come may change them. */
  source: string | null;
  /** The mark in the box of a task's first paragraph. */
  task: string | null;
  /** The line of a table's head, when other rows of it come before this table's. */
  head: number | null;
}

export interface CodeTree extends Shown {
  readonly kind: 'code';
  readonly language: string;
  readonly text: string;
  readonly lines: Lines;
  block: CodeBlock | null;
}

export interface FormulaTree extends Shown {
  readonly kind: 'formula';
  readonly tex: string;
  readonly display: boolean;
  readonly block: boolean;
  readonly lines: Lines;
}

export interface ImageTree extends Shown {
  readonly kind: 'image';
  readonly url: string;
  readonly alt: string;
  readonly title: string;
}

export type Lines = readonly [number, number];
const NOWHERE: Lines = [0, 0];

/** Every element that a body can make; the rest of a view's elements are ours. */
export type Tag =
  | ('p' | 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6' | 'blockquote' | 'hr' | 'ul' | 'ol' | 'li')
  | ('table' | 'thead' | 'tbody' | 'tr' | 'th' | 'td' | 'input' | 'span')
  | ('a' | 'em' | 'strong' | 'del' | 'code' | 'br' | 'sub' | 'sup' | 'kbd');

/** Of the tags that markdown-it gives to blocks. */
const BLOCK_TAGS: ReadonlySet<string> = new Set(
  'p h1 h2 h3 h4 h5 h6 blockquote ul ol li table thead tbody tr th td'.split(' '),
);

export function text(words: string): TextTree {
  return { kind: 'text', text: words, dom: null };
}

export function element(tag: Tag, attributes: Attributes = {}, children: Tree[] = []): ElementTree {
  const rest = { lines: NOWHERE, source: null, task: null, head: null, dom: null };
  return { kind: 'element', tag, attributes, children, ...rest };
}

export function formula(tex: string, display: boolean, lines?: Lines): FormulaTree {
  const block = lines !== undefined;
  return { kind: 'formula', tex, display, block, lines: lines ?? NOWHERE, dom: null };
}

export function linesOf(tree: Tree): Lines {
  return 'lines' in tree ? tree.lines : NOWHERE;
}

export const LOOSE: Attributes = { class: 'nbps-md-loose' };

/** The blocks of a document. */
export function blockTrees(tokens: readonly Token[], links = SAFE): Tree[] {
  const root = element('span');
  const open = [root];
  let top = root;
  for (const token of tokens) {
    if (isProbe(token)) {
      const list = open.at(-2);
      if (list && saysLoose(token)) list.attributes = { ...list.attributes, ...LOOSE };
    } else if (token.nesting === 1) {
      const child = opened(token);
      top.children.push(child);
      open.push(child);
    } else if (token.nesting === -1) {
      open.pop();
    } else if (token.type === 'inline') {
      fill(top, token, taskOf(token, top, open.at(-2)), links);
    } else {
      top.children.push(leafTree(token));
    }
    top = open.at(-1) ?? root;
  }
  return root.children;
}

function opened(token: Token): ElementTree {
  const tag = BLOCK_TAGS.has(token.tag) ? (token.tag as Tag) : 'span';
  const tree = element(tag, attributesOf(token));
  if (token.map) tree.lines = token.map;
  return tree;
}

function attributesOf(token: Token): Attributes {
  if (token.type === 'ordered_list_open') {
    const start = Number(token.attrGet('start') ?? 1);
    if (start === 1) return {};
    const digits = String(start + ITEMS).length;
    return { start: String(start), ...(digits > 2 && { 'data-digits': String(digits) }) };
  }
  const align = /text-align:(left|right|center)/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return align ? { align } : {};
}

const TASK = /^\[([ xX])\](?=[ \t\n])/;

/** The mark in a task's box, which begins the first paragraph of an item; null when there is none. */
function taskOf({ content }: Token, leaf: ElementTree, parent?: ElementTree): string | null {
  if (leaf.tag !== 'p' || parent?.tag !== 'li' || parent.children.length > 1) return null;
  return TASK.exec(content)?.[1] ?? null;
}

/** Puts the inline content of a leaf in its place. */
export function fill(leaf: ElementTree, token: Token, task: string | null, links = SAFE): void {
  leaf.children = inlineTrees(token.children ?? [], task, links);
  leaf.task = task;
  if (token.content.includes('[')) leaf.source = token.content;
}

function leafTree(token: Token): Tree {
  const lines = token.map ?? NOWHERE;
  const { content } = token;
  switch (token.type) {
    case 'fence':
    case 'code_block': {
      const info = token.type === 'fence' ? unescapeAll(token.info) : '';
      const language = /^\S{1,32}/.exec(info.trim())?.[0] ?? '';
      return { kind: 'code', language, text: content, lines, block: null, dom: null };
    }
    case 'math_block':
      return formula(content, true, lines);
    case 'math_open':
      return { ...element('p', {}, [text(`${token.markup}\n${content}`)]), lines };
    case 'hr':
      return { ...element('hr'), lines };
    default:
      return text(content);
  }
}
