const INDENT = 2;
/** What fits into so many columns stays on one line. */
const WIDTH = 60;
/** What is nested more deeply is nothing that people read. */
const DEEPEST = 64;
/** A token of JSON that is well-formed: a string, a bracket or a mark, or what stands alone. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * JSON as people write it, or null for what is not JSON. Only its white space changes: a number of
 * twenty digits stays what it is, and so does a key that comes twice.
 */
export function tidied(json: string): string | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  const tokens = json.match(TOKEN) ?? [];
  return depth(tokens) > DEEPEST ? null : new Layout(tokens).value(0);
}

function depth(tokens: readonly string[]): number {
  let [now, most] = [0, 0];
  for (const token of tokens) {
    if (token === '{' || token === '[') most = Math.max(most, ++now);
    else if (token === '}' || token === ']') now -= 1;
  }
  return most;
}

/** Reads one value after the other off the tokens, and lays each out. */
class Layout {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  value(column: number): string {
    const token = this.#take();
    if (token === '{') return this.#members('{', '}', ' ', column);
    return token === '[' ? this.#members('[', ']', '', column) : token;
  }

  #members(open: string, close: string, space: string, column: number): string {
    const members: string[] = [];
    while (this.#tokens[this.#next] !== close) {
      members.push(this.#member(open, column + INDENT));
      if (this.#tokens[this.#next] === ',') this.#next += 1;
    }
    this.#next += 1;
    if (members.length === 0) return open + close;
    const line = open + space + members.join(', ') + space + close;
    if (column + line.length <= WIDTH && !line.includes('\n')) return line;
    const indent = ' '.repeat(column + INDENT);
    const lines = members.map((member) => indent + member).join(',\n');
    return `${open}\n${lines}\n${' '.repeat(column)}${close}`;
  }

  #member(open: string, column: number): string {
    if (open === '[') return this.value(column);
    const key = this.#take();
    this.#next += 1;
    return `${key}: ${this.value(column)}`;
  }

  #take(): string {
    return this.#tokens[this.#next++] ?? '';
  }
}
