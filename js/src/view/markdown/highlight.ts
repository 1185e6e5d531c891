import { StringStream } from '@codemirror/streamparser';
import { type Language, languageNow, loadLanguage } from './languages';

const TAB = 4;
const INDENT = 2;
/** A longer line is data, not code that somebody reads. */
const LONGEST_LINE = 2_000;
/** How often a language may look at one place without taking anything. */
const PATIENCE = 10;

/** What a language says of a token, by its first word, and the class of ours for it. */
const STYLES: Readonly<Record<string, string>> = {
  keyword: 'keyword',
  controlKeyword: 'keyword',
  definitionKeyword: 'keyword',
  modifier: 'keyword',
  self: 'keyword',
  operator: 'operator',
  comment: 'comment',
  lineComment: 'comment',
  blockComment: 'comment',
  docComment: 'comment',
  string: 'string',
  'string-2': 'string',
  special: 'string',
  regexp: 'string',
  quote: 'string',
  character: 'string',
  escape: 'string',
  number: 'number',
  integer: 'number',
  float: 'number',
  atom: 'atom',
  bool: 'atom',
  null: 'atom',
  unit: 'atom',
  color: 'atom',
  def: 'def',
  variable: 'variable',
  variableName: 'variable',
  'variable-2': 'variable',
  'variable-3': 'type',
  type: 'type',
  typeName: 'type',
  className: 'type',
  namespace: 'type',
  property: 'property',
  propertyName: 'property',
  qualifier: 'property',
  builtin: 'builtin',
  standard: 'builtin',
  macroName: 'meta',
  meta: 'meta',
  documentMeta: 'meta',
  annotation: 'meta',
  processingInstruction: 'meta',
  tag: 'tag',
  tagName: 'tag',
  angleBracket: 'tag',
  attribute: 'attribute',
  attributeName: 'attribute',
  attributeValue: 'string',
  header: 'heading',
  heading: 'heading',
  link: 'property',
  labelName: 'def',
  inserted: 'inserted',
  positive: 'inserted',
  deleted: 'deleted',
  negative: 'deleted',
};

const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries(STYLES).map(([style, name]) => [style, `nbps-tok-${name}`]),
);

export type Emit = (text: string, className: string | null) => void;

/** Colours one text, line by line; it holds only the language's state at the end of the last line. */
export class Highlighter {
  readonly #language: Language;
  readonly #state: unknown;

  constructor(language: Language) {
    this.#language = language;
    this.#state = language.startState?.(INDENT) ?? {};
  }

  /** Gives the pieces of one complete line, which comes without its newline. */
  line(text: string, emit: Emit): void {
    if (!text) {
      this.#language.blankLine?.(this.#state, INDENT);
      return;
    }
    if (text.length > LONGEST_LINE) {
      emit(text, null);
      return;
    }
    const stream = new StringStream(text, TAB, INDENT);
    let pending = 0;
    let className: string | null = null;
    while (!stream.eol()) {
      const next = this.#token(stream);
      if (next === className) continue;
      if (stream.start > pending) emit(text.slice(pending, stream.start), className);
      pending = stream.start;
      className = next;
    }
    if (text.length > pending) emit(text.slice(pending), className);
  }

  #token(stream: StringStream): string | null {
    let style: string | null = null;
    stream.start = stream.pos;
    for (let i = 0; i < PATIENCE && stream.pos === stream.start; i++) {
      style = this.#language.token(stream, this.#state);
    }
    if (stream.pos <= stream.start) stream.pos = stream.start + 1;
    return style ? classOf(style) : null;
  }
}

/** Such as "variableName.definition" or "keyword error": the class of the first word known. */
function classOf(style: string): string | null {
  if (style.includes('.definition') || style.includes('.function')) return 'nbps-tok-def';
  if (style.includes('.standard')) return 'nbps-tok-builtin';
  for (const word of style.split(/[ .]/)) {
    const name = CLASSES.get(word);
    if (name) return name;
  }
  return null;
}

/** A highlighter for a text from its beginning; null where there is none, or not yet. */
export function highlighter(language: string): Highlighter | null {
  const found = languageNow(language);
  return found ? new Highlighter(found) : null;
}

/** Settles once a language has come that is not here yet; null when there is nothing to wait for. */
export function languageReady(language: string): Promise<unknown> | null {
  return languageNow(language) === undefined ? loadLanguage(language) : null;
}
