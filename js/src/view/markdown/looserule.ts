import type { MarkdownIt, Token } from 'markdown-it';

/**
 * Lets each item of a list say whether the list is loose. markdown-it tells by hiding paragraphs,
 * so that of items without one it says nothing: each gets an empty one, which is not shown.
 */
export function looseRule({ block }: MarkdownIt): void {
  block.State = class extends block.State {
    override push(type: string, tag: string, nesting: -1 | 0 | 1): Token {
      const token = super.push(type, tag, nesting);
      if (type === 'list_item_open') {
        super.push('paragraph_open', 'p', 1).meta = PROBE;
        super.push('probe', '', 0).meta = PROBE;
        super.push('paragraph_close', 'p', -1).meta = PROBE;
      }
      return token;
    }
  };
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
