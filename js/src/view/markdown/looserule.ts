import type { MarkdownIt, StateBlock, Token } from 'markdown-it';

/**
 * Lets each item of a list say whether the list is loose. markdown-it tells by hiding paragraphs,
 * so that of items without one it says nothing: each gets an empty one, which is not shown.
 */
export function looseRule(md: MarkdownIt): void {
  md.block.ruler.before('table', 'item_probe', (state: StateBlock) => {
    if (state.tokens.at(-1)?.type === 'list_item_open') {
      const open = state.push('paragraph_open', 'p', 1);
      for (const token of [
        open,
        state.push('probe', '', 0),
        state.push('paragraph_close', 'p', -1),
      ]) {
        token.meta = PROBE;
      }
    }
    return false;
  });
}

const PROBE = { probe: true };

/** Whether a token is a part of such a paragraph. */
export function isProbe({ meta }: Token): boolean {
  return meta === PROBE;
}

/** Whether it is the beginning of one in a loose list. */
export function saysLoose(token: Token): boolean {
  return isProbe(token) && token.nesting === 1 && !token.hidden;
}
