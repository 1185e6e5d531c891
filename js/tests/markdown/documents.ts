import fc from 'fast-check';

/** Fragments that mean something to Markdown, alone or together. */
const MARKS = [
  ...['*', '**', '_', '__', '`', '``', '```', '~~~', '~~', '$', '$$', '\\(', '\\)', '\\[', '\\]'],
  ...['[', ']', '(', ')', '![', '](/u)', '](https://e.com "t")', '[foo]', '[Foo]: https://e.com/a'],
  ...['[foo]: <', '[a\\\nb]', "'", '"t"', '<', '>', '<br>', '<sub>', '</sub>', '<https://e.com>'],
  ...[
    '|',
    '| a | b |',
    '|--|:-:|',
    '|',
    '- ',
    '* ',
    '+ ',
    '1. ',
    '2) ',
    '10. ',
    '- [ ] ',
    '- [x] ',
  ],
  ...['> ', '# ', '###### ', '---', '***', '===', '=', '-', '    ', '  ', '\t', ' ', '\\', '&amp;'],
  ...['&', 'www.e.com', 'https://e.com/x', 'a@b.co', '#', '\r\n', '\r', '\0', '語', '😀', ':'],
];
const WORDS = ['a', 'word', 'two words', 'code()', '5', 'x_1', 'snake_case_name', 'end.'];
const LINES = [
  ...['\n', '\n\n', '\n', '\n\n\n', '\n  ', '\n    ', '\n> ', '\n- ', '\n  - ', '\n1. ', '\n   '],
  ...[
    '\n```\n',
    '\n```py\n',
    '\n$$\n',
    '\n|',
    '\n[foo]: /u\n',
    '\n| a | b |\n|---|---|\n| c | d |\n',
  ],
];

/** Documents that are hard: marks and line starts in any order. */
export const documents = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...MARKS), weight: 4 },
      { arbitrary: fc.constantFrom(...WORDS), weight: 3 },
      { arbitrary: fc.constantFrom(...LINES), weight: 4 },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));

const ITEMS = [
  ...['-', '- ', '- a', '* ', '+ b', '1. ', '2. c', '1)', '10. d', '- [ ] e', '- - ', '- 1. f'],
  ...['  - ', '  - g', '    - ', '   1. h', '\t- i', '   - j', '> - ', '- > k', '- # l', '- ---'],
];
const BETWEEN = [
  ...['', '', '', ' ', '    ', 'text', '  text', '    code', '> ', '---', '***', '===', '  ==='],
  ...['```', '  ```', '- ```', '$$', '- $$', '| a |', '|--|', '- | a |', '  |--|', '  | b |'],
  ...['[x]: /u', '- [x]: /u', '- [x]', '<br>'],
];

/** Documents of lists in lists, with blank lines, items without words, and what ends a list. */
export const lists = fc
  .array(fc.constantFrom(...ITEMS, ...BETWEEN), { minLength: 1, maxLength: 40 })
  .map((lines) => lines.join('\n'));

/** A text cut into pieces by any lengths. */
export function pieces(source: string, lengths: readonly number[]): string[] {
  const all: string[] = [];
  for (let at = 0, i = 0; at < source.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    all.push(source.slice(at, at + length));
    at += length;
  }
  return all;
}

export const lengths = fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 12 });
