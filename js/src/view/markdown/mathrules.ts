import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/** `$x$`, `$$x$$`, `\(x\)` and `\[x\]`; models also write the last two with doubled backslashes. */
export function mathRules(md: MarkdownIt): void {
  const alt = ['paragraph', 'reference', 'blockquote', 'list'];
  md.block.ruler.before('fence', 'math_block', blockRule, { alt });
  md.inline.ruler.before('escape', 'math_inline', inlineRule);
}

const BLOCKS: readonly (readonly [string, string])[] = [
  ['$$', '$$'],
  ['\\[', '\\]'],
  ['\\\\[', '\\\\]'],
];

/**
 * A formula that stands alone. Its opener decides: it ends at its closer or at a blank line, so
 * that no line that follows can change what was a formula.
 */
function blockRule(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (indentOf(state, start) - state.blkIndent >= 4) return false;
  const first = lineOf(state, start);
  const [open, close] = BLOCKS.find(([opener]) => first.startsWith(opener)) ?? [];
  if (open === undefined || close === undefined) return false;
  const rest = first.slice(open.length);
  const at = rest.indexOf(close);
  const after = at < 0 ? rest : rest.slice(at + close.length);
  // With more text on its line it is a part of a sentence.
  if (after.trim()) return false;
  if (silent) return true;
  const lines = [at < 0 ? rest : rest.slice(0, at)];
  let closed = at >= 0;
  let next = start + 1;
  for (; next < end && !closed; next++) {
    if (state.isEmpty(next) || indentOf(state, next) < state.blkIndent) break;
    const line = lineOf(state, next);
    closed = line.trimEnd().endsWith(close);
    lines.push(closed ? line.slice(0, line.lastIndexOf(close)) : line);
  }
  state.line = next;
  const token = state.push(closed ? 'math_block' : 'math_open', '', 0);
  token.content = lines.join('\n').trim();
  token.markup = open;
  token.block = true;
  token.map = [start, next];
  return true;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(
    (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0),
    state.eMarks[line] ?? 0,
  );
}

function indentOf(state: StateBlock, line: number): number {
  return state.sCount[line] ?? 0;
}

/** The longest first. */
const INLINE: readonly (readonly [string, string, boolean])[] = [
  ['\\\\(', '\\\\)', false],
  ['\\\\[', '\\\\]', true],
  ['\\(', '\\)', false],
  ['\\[', '\\]', true],
  ['$$', '$$', true],
  ['$', '$', false],
];

const DOLLAR = 0x24;
const BACKSLASH = 0x5c;

function inlineRule(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const code = src.charCodeAt(pos);
  if (code !== DOLLAR && code !== BACKSLASH) return false;
  const kind = INLINE.find(([opener]) => src.startsWith(opener, pos));
  if (!kind) return false;
  const [open, close, display] = kind;
  const from = pos + open.length;
  const to = closer(state, close, from);
  if (to < 0 || to + close.length > state.posMax || !src.slice(from, to).trim()) return false;
  if (!silent) {
    const token = state.push('math_inline', '', 0);
    token.content = src.slice(from, to).trim();
    token.markup = open;
    token.meta = { display };
  }
  state.pos = to + close.length;
  return true;
}

/** Where no closer is ahead any more, by closer: each is looked for in vain only once. */
const hopeless = new WeakMap<StateInline, Map<string, number>>();

function closer(state: StateInline, close: string, from: number): number {
  const memo = hopeless.get(state) ?? new Map<string, number>();
  hopeless.set(state, memo);
  if ((memo.get(close) ?? Number.POSITIVE_INFINITY) <= from) return -1;
  if (close !== '$') {
    const at = state.src.indexOf(close, from);
    if (at < 0) memo.set(close, from);
    return at;
  }
  if (!/\S/.test(state.src.charAt(from))) return -1;
  for (let at = from; ; at++) {
    at = state.src.indexOf('$', at);
    if (at < 0) {
      memo.set(close, from);
      return -1;
    }
    if (at > from && closesDollar(state.src, at)) return at;
  }
}

/** Pandoc's rule, by which "$5 and $10" stays text. */
function closesDollar(src: string, at: number): boolean {
  return !/[\s\\]/.test(src.charAt(at - 1)) && !/\d/.test(src.charAt(at + 1));
}
