import { type ElementTree, element, type Tree } from './tree';

/** So many rows have one layout: a browser lays a table out as a whole, for each row that comes. */
const ROWS = 128;

/**
 * Makes one table of very many rows several, as on paper: each has the head. So many rows of the
 * first one stand already.
 */
export function paged(blocks: readonly Tree[], standing = 0): Tree[] {
  const [first, ...rest] = blocks;
  if (!first) return [];
  return [...pages(first, ROWS - standing), ...rest.flatMap((block) => pages(block, ROWS))];
}

function pages(block: Tree, room: number): Tree[] {
  if (block.kind !== 'element' || block.tag !== 'table') return [block];
  const [head, body] = block.children as ElementTree[];
  if (!head || !body || body.children.length <= room) return [block];
  const next = tableOf(block, structuredClone(head), body.children.splice(room));
  block.lines = [block.lines[0], next.lines[0]];
  return [block, ...pages(next, ROWS)];
}

function tableOf(before: ElementTree, head: ElementTree, rows: Tree[]): ElementTree {
  const next = element('table', before.attributes, [head, element('tbody', {}, rows)]);
  const [row] = rows as ElementTree[];
  next.lines = [row?.lines[0] ?? 0, before.lines[1]];
  next.head = before.head ?? before.lines[0];
  return next;
}
