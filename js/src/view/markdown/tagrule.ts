import type { MarkdownIt, StateInline } from 'markdown-it';

const TAG = /^<(?:(br)[ \t]*\/?|(\/?)(sub|sup|kbd))>/i;
const LONGEST = 16;

/** `<br>`, `<sub>`, `<sup>` and `<kbd>` without attributes: the HTML that models write in Markdown. */
export function tagRule(md: MarkdownIt): void {
  md.inline.ruler.before('autolink', 'plain_tag', (state: StateInline, silent: boolean) => {
    const { src, pos } = state;
    if (src.charCodeAt(pos) !== 0x3c) return false;
    const match = TAG.exec(src.slice(pos, Math.min(pos + LONGEST, state.posMax)));
    if (!match) return false;
    const [text, lineBreak, slash, name = ''] = match;
    if (!silent) {
      // Not nested for markdown-it, which would pair them wrongly: the tree pairs them.
      const type = lineBreak ? 'hardbreak' : slash ? 'tag_close' : 'tag_open';
      const token = state.push(type, name.toLowerCase(), 0);
      token.content = text;
    }
    state.pos += text.length;
    return true;
  });
}
