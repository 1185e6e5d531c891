const INDENT = '  ';
/** A token of JSON that is well-formed: a string, a bracket or a mark, or what stands alone. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * JSON on several lines, or null for what is not JSON. Only its white space changes: a number of
 * twenty digits stays what it is, and so does a key that comes twice.
 */
export function indented(json: string): string | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  let [depth, out] = [0, ''];
  const tokens = json.match(TOKEN) ?? [];
  for (const [i, token] of tokens.entries()) {
    const closes = token === '}' || token === ']';
    const empty = closes && /[{[]/.test(tokens[i - 1] ?? '') && !tokens[i - 1]?.startsWith('"');
    if (closes) depth -= 1;
    if (closes && !empty) out += newline(depth);
    out += token;
    if (token === '{' || token === '[') depth += 1;
    const next = tokens[i + 1] ?? '';
    const opened = (token === '{' || token === '[') && next !== '}' && next !== ']';
    if (token === ',' || opened) out += newline(depth);
    else if (token === ':') out += ' ';
  }
  return out;
}

function newline(depth: number): string {
  return `\n${INDENT.repeat(depth)}`;
}
