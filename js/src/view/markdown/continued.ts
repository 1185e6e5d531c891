import { missingCells } from './tablerule';
import { type ElementTree, element, type Tree } from './tree';

/** What was frozen of the block that the tail goes on in: the first items of a list, rows of a table. */
export interface Continued {
  /** Source that the tail can't be read without. */
  readonly prefix: string;
  /** The cells that the frozen rows of a table have less than its head. */
  readonly missingCells: number;
  /** Makes the first block, as parsed from the tail, a continuation of what is frozen. */
  adopt(block: Tree | undefined): void;
}

export const NOTHING: Continued = { prefix: '', missingCells: 0, adopt: () => {} };

/** Where the last block can be cut, and what follows is read by itself. */
export interface Cut {
  /** The line at which what stays begins. */
  readonly line: number;
  readonly frozen: readonly Tree[];
  readonly continued: Continued;
}

/** Cuts off the finished items of a list; the first line of the next one is complete. */
export function cutList(list: ElementTree, partialLine: number): Cut | null {
  const items = list.children as ElementTree[];
  const keep = items.findLastIndex(({ lines }) => lines[0] < partialLine);
  const line = items[keep]?.lines[0];
  if (keep < 1 || line === undefined) return null;
  const frozen = items.slice(0, keep);
  list.children = items.slice(keep);
  const { attributes } = list;
  const adopt = (block: Tree | undefined) => {
    if (block?.kind !== 'element') return;
    const { start: _, ...own } = block.attributes;
    block.attributes = { ...attributes, ...own };
  };
  return { line, frozen, continued: { ...NOTHING, adopt } };
}

/** Cuts off the complete rows of a table; its head is read again with each row. */
export function cutTable(
  table: ElementTree,
  source: string,
  lines: readonly number[],
  before: Continued,
): Cut | null {
  const [first] = table.lines;
  const body = table.children[1];
  if (body?.kind !== 'element') return null;
  const complete = lines.length - 1 - (first + 2);
  const frozen = body.children.slice(0, complete);
  if (frozen.length === 0) return null;
  body.children = body.children.slice(frozen.length);
  const adopt = (block: Tree | undefined) => {
    if (block?.kind === 'element' && block.children.length < 2) {
      block.children.push(element('tbody'));
    }
  };
  const prefix = source.slice(lines[first], lines[first + 2]);
  const line = first + 2 + frozen.length;
  const rows = source
    .slice(lines[first + 2], lines[line])
    .split('\n')
    .slice(0, -1);
  const missing = before.missingCells + missingCells(prefix.split('\n')[0] ?? '', rows);
  return { line, frozen, continued: { prefix, missingCells: missing, adopt } };
}
