import type { MarkdownIt, StateBlock } from 'markdown-it';
import type { ParseEnv } from './parser';

/**
 * So many cells does markdown-it fill in for the short rows of a table, which then ends: a few bytes
 * must not make thousands of cells, again and again.
 */
const MOST_MISSING = 65_536;

/** An escaped bar is no border, as markdown-it reads it. */
const BORDER = /(?<!\\)\|/;

function cells(line: string): number {
  const parts = line.trim().split(BORDER);
  return parts.length - Number(parts[0] === '') - Number(parts.at(-1) === '');
}

/** The cells that rows have less than their table's head: below zero, where they have more. */
export function missingCells(head: string, rows: readonly string[]): number {
  const columns = cells(head);
  return rows.reduce((missing, row) => missing + columns - cells(row), 0);
}

/** Counts them also for a table whose first rows are frozen, and are not parsed again. */
export function tableRule(md: MarkdownIt): void {
  const [table] = md.block.ruler.getRules('');
  if (!table) return;
  const rule = (state: StateBlock, start: number, end: number, silent: boolean): boolean => {
    const before = state.tokens.length;
    if (!table(state, start, end, silent)) return false;
    const frozen = start === 0 && state.level === 0 ? (state.env as ParseEnv).missingCells : 0;
    if (silent || !frozen) return true;
    const room = roomFor(state, start, MOST_MISSING - frozen);
    if (room === state.line) return true;
    state.tokens.length = before;
    return table(state, start, room, false);
  };
  md.block.ruler.at('table', rule, { alt: ['paragraph', 'reference'] });
}

/** The line at which a table that was just parsed ends, when so many cells may be missing. */
function roomFor({ src, bMarks, eMarks, line }: StateBlock, start: number, most: number): number {
  const text = (at: number) => src.slice(bMarks[at], eMarks[at]);
  const head = text(start);
  let left = most;
  for (let at = start + 2; at < line; at++) {
    left -= missingCells(head, [text(at)]);
    if (left < 0) return at;
  }
  return line;
}
