/** Deterministic text as models write it: prose, lists, tables, code, formulas. */

const WORDS = (
  'the model reads each row and writes what changed since a window of samples moves over data that ' +
  'arrives in small pieces from several sources which may fail at any time so we try again later ' +
  'note that memory stays bounded because nothing is kept twice unless you ask for it with a flag'
).split(' ');

const CODE = {
  python: [
    'from pathlib import Path',
    'def load(path: str, *, limit: int = 100) -> list[dict]:',
    '    """Read rows from disk."""',
    '    rows = []',
    "    for number, line in enumerate(Path(path).open(encoding='utf-8')):",
    '        if number >= limit:  # enough',
    '            break',
    "        rows.append({'id': number, 'text': line.strip(), 'score': 0.5 * number})",
    '    return rows',
  ],
  bash: ['set -euo pipefail', 'for f in *.csv; do', '  wc -l "$f" | awk \'{print $1}\'', 'done'],
  yaml: ['name: example', 'steps:', '  - run: make test', '    env: { LEVEL: 3 }'],
};

const FORMULAS = [
  'e^{i\\pi}+1=0',
  '\\sum_{i=1}^{n} x_i^2',
  '\\frac{a}{b} \\leq \\gamma',
  'O(n \\log n)',
];

/** Numbers from 0 to 1, the same ones for the same seed. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * About so many characters of Markdown; plain has neither code with a language nor formulas. `only`
 * names what it is one giant block of.
 */
export function generate(length, { plain = false, only = null, seed = 1 } = {}) {
  const roll = dice(seed);
  const one = (all) => all[Math.floor(roll() * all.length)];
  const between = (low, high) => low + Math.floor(roll() * (high - low + 1));
  const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

  const word = () => {
    const plainWord = one(WORDS);
    const chance = roll();
    if (chance < 0.03) return `**${plainWord} ${one(WORDS)}**`;
    if (chance < 0.05) return `*${plainWord}*`;
    if (chance < 0.08) return `\`${plainWord}_${one(WORDS)}()\``;
    if (chance < 0.09) return `[${plainWord}](https://example.com/${one(WORDS)})`;
    if (chance < 0.1 && !plain) return `$${one(FORMULAS)}$`;
    return plainWord;
  };
  const sentence = (low, high) => `${times(between(low, high), word).join(' ')}.`;
  const row = () => `| ${times(3, () => sentence(1, 4)).join(' | ')} |`;
  const lines = {
    list: () => `- ${sentence(6, 18)}`,
    table: row,
    code: () => one(CODE.python),
    paragraph: () => sentence(8, 22),
  };
  if (only) {
    const head = { table: [row(), '|---|:-:|--:|'], code: ['```python'] }[only] ?? [];
    const all = [...head];
    for (let size = 0; size < length; size += all.at(-1).length + 1) all.push(lines[only]());
    return `${all.join('\n').slice(0, length)}\n`;
  }
  const blocks = {
    heading: () => `## ${sentence(2, 6)}`,
    paragraph: () => times(between(2, 5), () => sentence(8, 22)).join(' '),
    list: () => times(between(3, 8), () => `- ${sentence(6, 18)}`).join('\n'),
    steps: () => times(between(3, 8), (i) => `${i + 1}. ${sentence(6, 18)}`).join('\n'),
    quote: () => `> ${sentence(8, 20)}`,
    table: () => {
      return [row(), '|---|:-:|--:|', ...times(between(3, 10), row)].join('\n');
    },
    code: () => {
      const language = one(Object.keys(CODE));
      const lines = times(between(4, 24), (i) => CODE[language][i % CODE[language].length]);
      return `\`\`\`${plain ? '' : language}\n${lines.join('\n')}\n\`\`\``;
    },
    formula: () => (plain ? sentence(8, 20) : `$$\n${one(FORMULAS)}\n$$`),
  };
  const mix =
    'heading paragraph paragraph paragraph list steps code code table quote formula'.split(' ');
  const all = [];
  for (let size = 0; size < length; size += all.at(-1).length + 2) all.push(blocks[one(mix)]());
  return `${all.join('\n\n').slice(0, length)}\n`;
}
