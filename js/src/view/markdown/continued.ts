import { missingCells } from './tablerule';
import { type ElementTree, element, type Tree } from './tree';

/** What was frozen of the block that the tail goes on in: the first items of a list, rows of a table. */
export interface Continued {
  /** Source that the tail can't be read without. */
  readonly prefix: string;
  /** How many rows of the table stand already. */
  readonly rows: number;
  /** The cells that these rows have less than the table's head. */
  readonly missingCells: number;
  /** Makes the first block, as parsed from the tail, a continuation of what is frozen. */
  adopt(block: Tree | undefined): void;
}

export const NOTHING: Continued = { prefix: '', rows: 0, missingCells: 0, adopt: () => {} };

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
    // What tells of its first number is of the first item that is left.
    const { class: loose } = block.attributes;
    block.attributes = loose ? { ...attributes, class: loose } : attributes;
  };
  return { line, frozen, continued: { ...NOTHING, adopt } };
}

/** Cuts off the complete rows of a table, of which some stand already. */
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
  const line = first + 2 + frozen.length;
  const standing = before.rows + frozen.length;
  return { line, frozen, continued: inTable(source, lines, first, line, standing, before) };
}

/** A table whose head stands at one line goes on at another: its head is read again with each row. */
export function inTable(
  source: string,
  lines: readonly number[],
  head: number,
  line: number,
  rows: number,
  before: Continued,
): Continued {
  const adopt = (block: Tree | undefined) => {
    if (block?.kind === 'element' && block.children.length < 2) {
      block.children.push(element('tbody'));
    }
  };
  const prefix = source.slice(lines[head], lines[head + 2]);
  const read = source
    .slice(lines[head + 2], lines[line])
    .split('\n')
    .slice(0, -1);
  const missing = missingCells(prefix.split('\n')[0] ?? '', read);
  // What went on at the beginning of the source is no other table's.
  const earlier = head === 0 ? before.missingCells : 0;
  return { prefix, rows, missingCells: earlier + missing, adopt };
}
