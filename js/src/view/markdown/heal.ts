import remend, { type RemendOptions } from 'remend';

/** Only what closes a mark within a leaf: blocks are read as they are written. */
const OPTIONS: RemendOptions = {
  linkMode: 'text-only',
  katex: false,
  setextHeadings: false,
  comparisonOperators: false,
  singleTilde: false,
  htmlTags: false,
};

/** Healing looks at a leaf's whole text; in a longer one a bare mark is the lesser evil. */
const LONGEST = 8_192;
/** An unfinished formula is held back for so long; then it may not be one. */
export const LONGEST_FORMULA = 400;

const ANY_MARK = /[*_~`[<\\$]/;
/** Marks that are closed, as most are. */
const CLOSED =
  /`[^`]+`|\$(?!\s)[^$`]+(?<!\s)\$(?!\d)|(\*\*?)(?![\s*])[^*_`[\]~\\$]+\1(?!\*)|\[[^[\]`*_~\\$]*\]\([^()\s]*\)/g;
/** What may be the beginning of a mark, or of the end of one: healing closes what is open. */
const BEGUN =
  /(?:[*_~`]{1,3}|\\{1,2}|<\/?[a-z]{0,3}|(?:^|(?<=[\s([{"'—]))(?:!?\[|\${1,2})|^\[[ x]\]\s*)$/i;
/** The words of a link, whose address may come. */
const LINK_WORDS = /!?\[([^[\]]*)\]$/;
/** What reads like a formula: no number first, as of a price, and no two words in a row. */
const OPEN_DOLLAR =
  /(?:^|(?<=[\s([{"'—]))\$(?![\s\d$])(?![^$]*(?<![\\\w])[a-z]{2,} [a-z]{2,})[^$`\n]{0,80}$/i;
const MARK_LINE =
  /^[ \t]*(?:>[ \t]?)*[ \t]*(?:[-+*_=~`#|:>$\\]+|\d{1,9}[.)]?|[-+*] \[[ xX]?\]?)?[ \t]*$/;
const FENCE_LINE = /^ *(?:`{3,}[^`]*|~{3,}.*)$/;
const DELIMITER_ROW = /^ {0,3}[|:-][|: \t-]*$/;
const TABLE_LINE = /^ {0,3}\|/;

/** The text of a leaf that is being written, with its open marks closed or held back. */
export function healed(text: string): string {
  if (text.length > LONGEST || !ANY_MARK.test(text.replace(CLOSED, ''))) return text;
  const sure = text.replace(BEGUN, '').replace(LINK_WORDS, '$1');
  return remend(withClosedCode(withoutOpenFormula(sure)), OPTIONS);
}

/** What is open around code is closed after it. */
function withClosedCode(text: string): string {
  return text.replace(/`[^`]+`/g, '').split('`').length === 2 ? `${text}\`` : text;
}

function withoutOpenFormula(text: string): string {
  for (const [open, close] of [
    ['\\(', '\\)'],
    ['\\[', '\\]'],
    ['$$', '$$'],
  ] as const) {
    const parts = text.split(open);
    const rest = parts.at(-1) ?? '';
    const isOpen = open === close ? parts.length % 2 === 0 : parts.length > 1;
    if (!isOpen || rest.includes(close) || rest.length > LONGEST_FORMULA) continue;
    return text.slice(0, text.length - rest.length - open.length).replace(/\\$/, '');
  }
  return text.replace(OPEN_DOLLAR, '');
}

/** The source without an end that could still become something else: a mark, a table's head. */
export function withoutDoubt(source: string): string {
  const start = source.lastIndexOf('\n') + 1;
  const line = source.slice(start);
  const doubtful = MARK_LINE.test(line) || FENCE_LINE.test(line) || DELIMITER_ROW.test(line);
  if (line && !doubtful)
    return TABLE_LINE.test(line) && opens(source, start) ? source.slice(0, start) : source;
  // A first line with a bar is a table's head or text: the line below it decides.
  const above = source.lastIndexOf('\n', start - 2) + 1;
  const isHead = start > 0 && TABLE_LINE.test(source.slice(above, start)) && opens(source, above);
  return source.slice(0, isHead ? above : start);
}

function opens(source: string, start: number): boolean {
  return start === 0 || source.slice(source.lastIndexOf('\n', start - 2) + 1, start).trim() === '';
}
