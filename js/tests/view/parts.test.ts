import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Delta } from '../../src/protocol';
import { tidied } from '../../src/view/json';
import { deltas, inOrder, state, text } from '../fakes';
import { find, onStage, say, session, view } from './stage';

onStage();

describe('reasoning', () => {
  const fold = () => find('.nbps-reasoning') as HTMLDetailsElement;
  const summary = () => find('.nbps-reasoning summary');

  /** The stream begins, and the model thinks for three seconds. */
  function think(): void {
    say(state({ status: 'pending', elapsed: 0.1 }), deltas(text(0, 'Hm', 'reasoning')));
    vi.advanceTimersByTime(3_000);
  }

  it('is open while the model thinks, and folds when the answer begins', () => {
    think();
    expect([fold().open, summary().textContent]).toEqual([true, 'Thinking…']);
    say(deltas(text(2, 'Yes')));
    expect([fold().open, summary().textContent]).toEqual([false, 'Thought for 3 s']);
  });

  it('stays as the reader set it', () => {
    think();
    summary().click();
    summary().click();
    say(deltas(text(2, 'Yes')));
    expect(fold().open).toBe(true);
  });

  it('stays open when nothing follows', () => {
    think();
    say(state({ status: 'cancelled', length: 2 }));
    expect([fold().open, summary().textContent]).toEqual([true, 'Thought for 3 s']);
  });

  it('claims no time that this page has not seen', () => {
    say(state({ elapsed: 30 }), deltas(text(0, 'Hm', 'reasoning')));
    vi.advanceTimersByTime(3_000);
    say(deltas(text(2, 'Yes')));
    expect(summary().textContent).toBe('Thought');
  });

  it('comes again when the model thinks again', () => {
    think();
    say(deltas(text(2, 'Yes'), text(5, 'But', 'reasoning')));
    vi.advanceTimersByTime(400);
    const open = [...view.element.querySelectorAll<HTMLDetailsElement>('.nbps-reasoning')];
    expect(open.map((aside) => aside.open)).toEqual([false, true]);
  });
});

describe('tool calls', () => {
  let offset = 0;

  function call(piece: string, meta?: Delta['meta']): Delta {
    const delta = { offset, kind: 'tool_call', text: piece, ...(meta && { meta }) };
    offset += piece.length;
    return delta;
  }

  function calls(...pieces: [string, Delta['meta']?][]): string[][] {
    offset = session.offset;
    say(deltas(...pieces.map(([piece, meta]) => call(piece, meta))));
    return cards();
  }

  function cards(): string[][] {
    return [...view.element.querySelectorAll('.nbps-call')].map((card) =>
      [...card.querySelectorAll('code, .nbps-call-arguments')].map(
        (part) => part.textContent ?? '',
      ),
    );
  }

  it('show the name and the arguments as they come, tidied once they are complete', () => {
    expect(calls(['{"ci', { index: 0, id: 'c1', name: 'weather' }])).toEqual([['weather', '{"ci']]);
    expect(calls(['ty":"Bern"}', { index: 0 }])).toEqual([['weather', '{"city":"Bern"}']]);
    say(deltas(text(session.offset, 'It rains.')));
    expect(cards()).toEqual([['weather', '{ "city": "Bern" }']]);
  });

  it('are told apart by index or id, also when they come in turns', () => {
    const [a, b] = [
      { index: 0, id: 'a', name: 'one' },
      { index: 1, id: 'b', name: 'two' },
    ];
    const shown = calls(['{"x"', a], ['{"y"', b], [':1}', { index: 0 }], [':2}', { id: 'b' }]);
    expect(shown).toEqual([
      ['one', '{"x":1}'],
      ['two', '{"y":2}'],
    ]);
  });

  it('of another round are others, whatever their index', () => {
    const shown = calls(['{}', { index: 0, id: 'a' }], ['[]', { index: 0, id: 'b' }]);
    expect(shown.map(([, words]) => words)).toEqual(['{}', '[]']);
  });

  it('without a word on whose they are belong to the last', () => {
    expect(calls(['{"x"'], [':1}'])).toEqual([['', '{"x":1}']]);
  });

  it('with meta of any other kind are shown all the same', () => {
    expect(calls(['{}', { name: { x: 1 }, id: 7, index: 'one' }])).toEqual([['', '{}']]);
  });

  it('fold when they are long, and stay as they are when they are no JSON', () => {
    const long = JSON.stringify(Array.from({ length: 40 }, (_, i) => `line ${i}`));
    calls([long, { index: 0 }], ['not { json', { index: 1 }]);
    say(state({ status: 'done', length: session.offset }));
    const folds = [...view.element.querySelectorAll<HTMLDetailsElement>('.nbps-call')];
    expect(folds.map(({ open }) => open)).toEqual([false, true]);
    expect(cards()[1]).toEqual(['', 'not { json']);
  });
});

describe('tidied JSON', () => {
  const squeezed = (json: string) => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');

  it('differs from its source in white space only', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 1, 4), (json, indent) => {
        const source = JSON.stringify(JSON.parse(json), null, indent);
        expect(squeezed(tidied(source) ?? '')).toBe(squeezed(source));
      }),
    );
  });

  it('keeps numbers, keys that come twice and empty things as they are', () => {
    expect(tidied('{"n":12345678901234567890,"n":1.0,"e":[],"o":{}}')).toBe(
      '{ "n": 12345678901234567890, "n": 1.0, "e": [], "o": {} }',
    );
  });

  it('has lines where one would be too long', () => {
    const name = 'a name that takes some room';
    expect(tidied(JSON.stringify({ name, list: [1, 2, { name, deep: [1] }] }))).toBe(
      [
        '{',
        `  "name": "${name}",`,
        '  "list": [',
        '    1,',
        '    2,',
        `    { "name": "${name}", "deep": [1] }`,
        '  ]',
        '}',
      ].join('\n'),
    );
  });

  it.each(['', '{', '{"a":1', 'nope', `${'['.repeat(5_000)}${']'.repeat(5_000)}`])(
    'is nothing for what is no JSON, or is too deep for anyone',
    (source) => expect(tidied(source)).toBeNull(),
  );

  it('of a hostile depth does no harm', () => {
    const words = `${'[{"a":'.repeat(5_000)}1${'}]'.repeat(5_000)}`;
    say(deltas(...inOrder([words], 'tool_call')), state({ status: 'done', length: words.length }));
    expect(find('.nbps-call-arguments').textContent).toBe(words);
  });
});
