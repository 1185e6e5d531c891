import markdownIt, { type Env, type MarkdownIt, type StateCore, type Token } from 'markdown-it';
import { healed, LONGEST_FORMULA } from './heal';
import { looseRule } from './looserule';
import { mathRules } from './mathrules';
import { tableRule } from './tablerule';
import { tagRule } from './tagrule';

/** A single paragraph, heading or cell longer than this is shown as plain text. */
export const LONGEST_LEAF = 65_536;

/** And so is one with more marks than any writer sets: each is a question to all that follow. */
const MOST_MARKS = 4_096;
const MARK = /[[\]*_~`$\\!<&]/g;

const LONGEST_ADDRESS = 2_048;
/** Of a host's name, in the DNS. */
const LONGEST_HOST = 253;
const HOST_END = /[\s/?#:]|^.{0,252}$/;

/** What one parse knows and learns. */
export interface ParseEnv extends Env {
  references: Record<string, { title: string; href: string }>;
  /** The cells that the frozen rows of the table at the beginning have less than its head. */
  missingCells?: number;
  /**
   * The line, counted from 1, that is being written: what ends there is provisional. When it is
   * not partial, that is so for a paragraph only.
   */
  open?: { readonly line: number; readonly partial: boolean } | undefined;
}

/** What is understood beyond CommonMark, tables and strikethrough. */
export interface Extensions {
  readonly mathematics: boolean;
  readonly autolinks: boolean;
}

/** markdown-it as GFM, without raw HTML. */
export function makeParser({ mathematics, autolinks }: Extensions): MarkdownIt {
  const md = markdownIt({ html: false, linkify: autolinks });
  md.core.ruler.at('inline', parseLeaves);
  tableRule(md);
  looseRule(md);
  tagRule(md);
  if (mathematics) mathRules(md);
  linkAsGfmDoes(md);
  return md;
}

/** The parser of the product; it holds no state. */
export const parser = makeParser({ mathematics: true, autolinks: true });

export const { normalizeReference, unescapeAll } = parser.utils;

/** markdown-it's own rule, but for leaves that are too long, and for the one that is provisional. */
function parseLeaves({ tokens, md, env }: StateCore): void {
  if (isOpenFormula(tokens.at(-1), env as ParseEnv)) tokens.pop();
  const open = openLeaf(tokens, env as ParseEnv);
  for (const token of tokens) {
    if (token.type !== 'inline') continue;
    if (isTooMuch(token.content)) {
      token.type = 'plain';
      continue;
    }
    if (token === open) token.content = healed(token.content);
    token.children = [];
    md.inline.parse(token.content, md, env, token.children);
  }
}

function isTooMuch(text: string): boolean {
  if (text.length > LONGEST_LEAF) return true;
  return text.length > MOST_MARKS && (text.match(MARK)?.length ?? 0) > MOST_MARKS;
}

/** Whether it is a formula that is being written, which is held back like one within a line. */
function isOpenFormula(last: Token | undefined, { open }: ParseEnv): boolean {
  if (last?.type !== 'math_open' || !open || last.content.length > LONGEST_FORMULA) return false;
  return (last.map?.[1] ?? 0) >= open.line;
}

/** The last leaf, when it ends in the line that is being written. */
function openLeaf(tokens: readonly Token[], { open }: ParseEnv): Token | null {
  const last = tokens.findLastIndex(({ type }) => type === 'inline');
  const leaf = tokens[last];
  if (!open || !leaf) return null;
  if (!open.partial && tokens[last - 1]?.type !== 'paragraph_open') return null;
  // A table's cells don't know their lines; their row does.
  const place = tokens.findLastIndex(({ map }, i) => i <= last && map !== null);
  return (tokens[place]?.map?.[1] ?? 0) >= open.line ? leaf : null;
}

/** Only what begins with a scheme or `www.`, and mail addresses: `main.py` is no link. */
function linkAsGfmDoes(md: MarkdownIt): void {
  md.linkify.set({ fuzzyLink: false, fuzzyIP: false, fuzzyEmail: true });
  md.linkify.add('ftp:', null).add('//', null);
  md.linkify.add('www.', {
    validate(text, pos, self) {
      if (!HOST_END.test(text.slice(pos, pos + LONGEST_HOST))) return 0;
      const address = `http://www.${text.slice(pos, pos + LONGEST_ADDRESS)}`;
      const found = self.testSchemaAt(address, 'http:', 'http:'.length);
      return Math.max(0, found - '//www.'.length);
    },
    normalize(match) {
      match.url = `http://${match.url}`;
    },
  });
}
