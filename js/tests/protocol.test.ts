import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { after, asMessage, byteLength, type Delta, isFinal } from '../src/protocol';
import { Session } from '../src/session';
import { ID } from './fakes';

function cases<T>(file: string): T[] {
  return JSON.parse(readFileSync(`${__dirname}/../../tests/contract/${file}`, 'utf8'));
}

interface AfterCase {
  name: string;
  delta: Delta;
  offset: number;
  expect?: Delta | null;
  /** That nobody can stand there. */
  refused?: boolean;
}

interface FoldCase {
  name: string;
  messages: Delta[][];
  expect: { text: string; offset: number; gaps: number[] };
}

describe('contract', () => {
  test.each(cases<AfterCase>('after.json'))('after: $name', ({ delta, offset, ...wanted }) => {
    const rest = () => after(delta, offset);
    if (wanted.refused) expect(rest).toThrow('within a character');
    else expect(rest()).toEqual(wanted.expect);
  });

  test.each(cases<FoldCase>('fold.json'))('fold: $name', ({ messages, expect: wanted }) => {
    const session = new Session(ID);
    const gaps: number[] = [];
    const listener = { onGap: (offset: number) => gaps.push(offset) };
    session.subscribe(listener, new AbortController().signal);
    for (const deltas of messages) session.accept('server', { type: 'deltas', deltas });
    const answer = session.deltas.filter(({ kind }) => kind === 'text');
    const text = answer.map((delta) => delta.text).join('');
    expect({ text, offset: session.offset, gaps }).toEqual(wanted);
  });
});

const wellFormed = fc.string({ unit: 'binary' });

describe('protocol', () => {
  it('counts bytes as UTF-8 does', () => {
    const encoder = new TextEncoder();
    fc.assert(fc.property(wellFormed, (text) => byteLength(text) === encoder.encode(text).length));
  });

  it('cuts nothing away and repeats nothing', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, fc.nat(99), (seen, unseen, offset) => {
        const at = offset + byteLength(seen);
        const rest = after({ offset, kind: 'text', text: seen + unseen }, at);
        expect(rest?.text ?? '').toBe(unseen);
        if (rest) expect(rest.offset).toBe(at);
      }),
    );
  });

  it('knows which statuses are final', () => {
    expect(['pending', 'streaming'].some((status) => isFinal(status as 'pending'))).toBe(false);
    const final = ['done', 'error', 'cancelled', 'timeout'] as const;
    expect(final.every(isFinal)).toBe(true);
  });

  it('passes over messages of a later version', () => {
    expect(asMessage({ type: 'hologram' })).toBeNull();
    expect(asMessage(null)).toBeNull();
  });
});
