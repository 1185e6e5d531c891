import { Blocks } from './blocks';
import { type Continued, type Cut, cutList, cutTable, inTable, NOTHING } from './continued';
import { OpenFence } from './fence';
import { withoutDoubt } from './heal';
import { type ParseEnv, parser } from './parser';
import { Patcher } from './patch';
import { References } from './references';
import { paged } from './rows';
import { blockTrees, linesOf, type Tree } from './tree';
import type { Work } from './work';

/** A longer tail is parsed again only when it has grown by a part of itself, or after a rest. */
const SHORT = 8_192;
const GROWTH = 1 / 32;
/** A rest takes so many times what the parse took. */
const REST = 10;

/**
 * The end of a document that grows. Only it is parsed again: a block is frozen once the first line
 * of the block after it is complete, for no line that follows can change it any more, but by a link
 * definition.
 */
export class Tail {
  readonly #blocks: Blocks;
  readonly #references: References;
  /** Source that is not frozen. */
  #source = '';
  #continued: Continued = NOTHING;
  #fence: OpenFence | null = null;
  /** How much of the tail the last parse saw, when it ended and how long it took. */
  #seen = 0;
  #parsedAt = Number.NEGATIVE_INFINITY;
  #cost = 0;
  #changed = false;

  constructor(root: HTMLElement, work: Work) {
    const patcher = new Patcher(work);
    this.#blocks = new Blocks(root, patcher);
    this.#references = new References(patcher);
  }

  /** Whether it holds text that is not shown yet. */
  get pending(): boolean {
    return this.#changed;
  }

  add(text: string): void {
    this.#source += text;
    this.#changed = true;
  }

  /** Shows what was added, unless that is expensive and was done a moment ago. */
  show(): void {
    if (this.#changed) this.#update(false);
  }

  /** Shows all of it, as the end of the document. */
  finish(): void {
    this.#update(true);
  }

  #update(final: boolean): void {
    if (this.#fence && !this.#takeCode(this.#fence, final)) return;
    while (final || this.#isDue()) {
      const began = performance.now();
      const opened = this.#parse(final);
      this.#parsedAt = performance.now();
      this.#cost = this.#parsedAt - began;
      if (!opened || !this.#takeCode(opened, final)) return;
    }
  }

  #isDue(): boolean {
    const { length } = this.#source;
    if (length < SHORT || length >= this.#seen * (1 + GROWTH)) return true;
    return performance.now() - this.#parsedAt >= REST * this.#cost;
  }

  /** True when the fence was closed, and there may be more after it. */
  #takeCode(fence: OpenFence, final: boolean): boolean {
    const { rest, closed } = fence.take(this.#source, final);
    this.#source = rest;
    this.#seen = 0;
    this.#changed = closed;
    this.#fence = closed ? null : fence;
    return closed;
  }

  /** Shows the tail and freezes what is finished of it; gives back a fence that is left open. */
  #parse(final: boolean): OpenFence | null {
    const { prefix } = this.#continued;
    const source = prefix + this.#source;
    const env = this.#references.env();
    env.missingCells = this.#continued.missingCells;
    const shown = final ? source : withoutDoubt(source);
    if (!final) env.open = openLine(shown);
    const read = blockTrees(parser.parse(shown, env));
    this.#continued.adopt(read[0]);
    const blocks = paged(read, this.#continued.rows);
    this.#blocks.show(blocks);
    this.#seen = this.#source.length;
    this.#changed = false;
    if (final) {
      this.#freeze(source, blocks, blocks.length, env);
      this.#keep('', NOTHING);
      return null;
    }
    return this.#cut(source, blocks, env);
  }

  #cut(source: string, blocks: readonly Tree[], env: ParseEnv): OpenFence | null {
    const lines = lineStarts(source);
    const at = growingBlock(blocks, source, lines);
    const block = blocks[at];
    if (!block) return null;
    const fence = at === blocks.length - 1 ? openFence(block, source, lines) : null;
    if (fence) {
      const [first] = linesOf(block);
      this.#freeze(source.slice(0, lines[first]), blocks.slice(0, at), at + 1, env);
      this.#keep(source.slice((lines[first + 1] ?? 0) + fence.taken), NOTHING);
      return fence;
    }
    if (at > 0) {
      const cut = lines[cutLine(source, lines, blocks, at)] ?? 0;
      this.#freeze(source.slice(0, cut), blocks.slice(0, at), at, env);
      this.#keep(source.slice(cut), continuedAt(block, source, lines, this.#continued));
    } else if (blocks.length === 1) {
      this.#cutWithin(cutBlock(block, source, lines, this.#continued), source, lines, env);
    }
    return null;
  }

  #cutWithin(cut: Cut | null, source: string, lines: readonly number[], env: ParseEnv): void {
    if (!cut) return;
    const start = lines[cut.line] ?? source.length;
    this.#freeze(source.slice(0, start), cut.frozen, 0, env);
    this.#keep(source.slice(start), cut.continued);
  }

  #freeze(source: string, trees: readonly Tree[], count: number, env: ParseEnv): void {
    this.#references.freeze(source, trees, env);
    this.#blocks.freeze(count);
  }

  #keep(source: string, continued: Continued): void {
    this.#source = source;
    this.#continued = continued;
    this.#seen = source.length;
  }
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** The line that is being written; none after a blank one. */
function openLine(source: string): ParseEnv['open'] {
  const lines = source.split('\n');
  const partial = lines.at(-1) !== '';
  if (!partial) lines.pop();
  return lines.at(-1)?.trim() ? { line: lines.length, partial } : undefined;
}

/** The first block that text to come may still change; the first line of the one after it is not complete. */
function growingBlock(blocks: readonly Tree[], source: string, lines: readonly number[]): number {
  const partialLine = lines.length - 1;
  const at = blocks.findLastIndex((block) => linesOf(block)[0] < partialLine);
  const block = blocks[at];
  const isOver = block && blocks[at + 1] && endsAtBlankLine(block);
  return isOver && !source.slice(lines[partialLine - 1], lines[partialLine]).trim() ? at + 1 : at;
}

/** Unlike a list, which may go on after one. */
function endsAtBlankLine(block: Tree): boolean {
  if (block.kind === 'formula') return true;
  return block.kind === 'element' && /^(?:p|h\d|hr|table)$/.test(block.tag);
}

/**
 * The line to cut at, before a block. Link definitions right above it go with it: what looks like
 * the block may still become the title of the last one.
 */
function cutLine(
  source: string,
  lines: readonly number[],
  blocks: readonly Tree[],
  at: number,
): number {
  const block = blocks[at];
  const before = blocks[at - 1];
  let line = block ? linesOf(block)[0] : 0;
  const end = before ? linesOf(before)[1] : 0;
  while (line > end && source.slice(lines[line - 1], lines[line]).trim()) line--;
  return line;
}

/** What of a block stands already when all before it is cut off. */
function continuedAt(
  block: Tree,
  source: string,
  lines: readonly number[],
  before: Continued,
): Continued {
  const head = block.kind === 'element' ? block.head : null;
  return head === null ? NOTHING : inTable(source, lines, head, linesOf(block)[0], 0, before);
}

function cutBlock(
  block: Tree,
  source: string,
  lines: readonly number[],
  before: Continued,
): Cut | null {
  if (block.kind !== 'element') return null;
  if (block.tag === 'table') return cutTable(block, source, lines, before);
  const isList = block.tag === 'ul' || block.tag === 'ol';
  return isList ? cutList(block, lines.length - 1) : null;
}

/** The fence that a code block is, unless its closer is there. */
function openFence(tree: Tree, source: string, lines: readonly number[]): OpenFence | null {
  if (tree.kind !== 'code' || !tree.block) return null;
  const [first, end] = tree.lines;
  const opener = source.slice(lines[first], lines[first + 1]);
  if (!OpenFence.opens(opener)) return null;
  const fence = new OpenFence(opener, tree.block);
  const last = source.slice(lines[end - 1], lines[end]).trimEnd();
  return end - 1 > first && fence.isCloser(last) ? null : fence;
}
