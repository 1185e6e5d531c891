import { tests as examples } from 'commonmark-spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents, lengths, lists, pieces } from './documents';
import { streamed, whole } from './helpers';

/** Every character alone, and every two pieces. */
function* cuts(source: string): Generator<string[]> {
  yield [...source];
  for (let i = 1; i < source.length; i++) yield [source.slice(0, i), source.slice(i)];
}

function expectSame(source: string, cut: readonly string[]): void {
  expect(streamed(cut).innerHTML, JSON.stringify(cut)).toBe(whole(source).innerHTML);
}

describe('what is streamed is what is rendered at once', () => {
  it.each(examples)('in example $number, wherever it is cut', ({ markdown }) => {
    for (const cut of cuts(markdown)) expectSame(markdown, cut);
  });

  it.each(['- a\n- \n\n- ', '1. a\n2.\n\n3.\n\nb', '- - a\n  -\n\n  -\n-\n'])(
    'in a list that only empty items make loose: %j',
    (markdown) => {
      for (const cut of cuts(markdown)) expectSame(markdown, cut);
      expect(whole(markdown).querySelector('.nbps-md-loose')).not.toBeNull();
    },
  );

  it('in examples that follow each other', () => {
    const some = fc.array(fc.constantFrom(...examples), { minLength: 2, maxLength: 7 });
    const break_ = fc.constantFrom('', '\n');
    fc.assert(
      fc.property(some, break_, lengths, (chosen, between, cut) => {
        const source = chosen.map(({ markdown }) => markdown).join(between);
        expectSame(source, pieces(source, cut));
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });

  it('in a giant block that something comes after', () => {
    const giants = fc.constantFrom(
      '- a\n'.repeat(70),
      '7. *a*\n   b\n'.repeat(40),
      `| a |\n|---|\n${'| b |\n'.repeat(128)}`,
      `[x]: /u\n\n| a [x] |\n|---|\n${'c\n'.repeat(257)}`,
    );
    fc.assert(
      fc.property(giants, documents, lengths, (giant, after, cut) => {
        const source = giant + after;
        expectSame(source, pieces(source, [giant.length - 9, ...cut]));
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  });

  it('in lists of lists', () => {
    fc.assert(
      fc.property(lists, lengths, (source, cut) => expectSame(source, pieces(source, cut))),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });

  it('in any document', () => {
    fc.assert(
      fc.property(documents, lengths, (source, cut) => expectSame(source, pieces(source, cut))),
      { numRuns: Number(process.env.RUNS ?? 500) },
    );
  });
});
