import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/view/cursor';
import { Pace } from '../../src/view/pace';
import { inOrder } from '../fakes';

const FRAME = 16;

interface Burst {
  readonly at: number;
  readonly amount: number;
}

/** What is shown of some bursts after each frame. */
function play(bursts: readonly Burst[], frame = FRAME, until = 0) {
  const pace = new Pace();
  const frames: { at: number; shown: number; known: number }[] = [];
  let [shown, known, next] = [0, 0, 0];
  const end = Math.max(until, (bursts.at(-1)?.at ?? 0) + 400);
  for (let at = 0; at <= end; at += frame) {
    for (let burst = bursts[next]; burst && burst.at <= at; burst = bursts[++next]) {
      pace.arrive(burst.amount, burst.at);
      known += burst.amount;
    }
    shown += pace.step(at);
    frames.push({ at, shown, known });
  }
  return frames;
}

const every = (gap: number, amount: number, count = 30): Burst[] =>
  Array.from({ length: count }, (_, i) => ({ at: i * gap, amount }));

const bursts = fc
  .array(fc.record({ gap: fc.nat(900), amount: fc.integer({ min: 1, max: 3_000 }) }))
  .map((list) => {
    let at = 0;
    return list.map(({ gap, amount }) => {
      at += gap;
      return { at, amount };
    });
  });

describe('the pace', () => {
  it('is never a third of a second behind', () => {
    fc.assert(
      fc.property(bursts, fc.integer({ min: 4, max: 33 }), (list, frame) => {
        for (const { at, shown } of play(list, frame)) {
          const old = list.filter((burst) => burst.at <= at - 333);
          expect(shown).toBeGreaterThanOrEqual(old.reduce((sum, { amount }) => sum + amount, 0));
        }
      }),
    );
  });

  it('shows no more than there is, in the end all of it', () => {
    fc.assert(
      fc.property(bursts, (list) => {
        const frames = play(list);
        expect(frames.every(({ shown, known }) => shown <= known)).toBe(true);
        expect(frames.at(-1)?.shown).toBe(frames.at(-1)?.known);
      }),
    );
  });

  it('is even when text comes in bursts', () => {
    const frames = play(every(250, 200)).filter(({ at }) => at > 1_000 && at < 7_000);
    const steps = frames.map(({ shown }, i) => shown - (frames[i - 1]?.shown ?? shown));
    // 200 characters every 250 ms are 12.8 a frame.
    expect(Math.max(...steps)).toBeLessThan(25);
    expect(steps.slice(1).filter((step) => step === 0)).toEqual([]);
  });

  it('is not there when text comes smoothly', () => {
    for (const { shown, known } of play(every(20, 5, 200))) expect(shown).toBe(known);
  });

  it('shows the first words at once', () => {
    expect(play([{ at: 0, amount: 40 }])[0]?.shown).toBe(40);
  });

  it('does not type out a catch-up', () => {
    const frames = play([...every(250, 10, 4), { at: 4_000, amount: 50_000 }]);
    expect(frames.find(({ at }) => at >= 4_000)?.shown).toBe(50_040);
  });

  it('can be skipped', () => {
    const pace = new Pace();
    pace.arrive(1, 0);
    pace.step(0);
    pace.arrive(100, 200);
    expect(pace.step(200)).toBeLessThan(20);
    expect(pace.waiting).toBeGreaterThan(0);
    expect(pace.skip()).toBeGreaterThan(80);
    expect([pace.waiting, pace.step(216)]).toEqual([0, 0]);
  });
});

describe('a cursor', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'é', '語', '😀', '\n'), minLength: 1 });

  it('reads what the log holds, whole characters at a time', () => {
    fc.assert(
      fc.property(fc.array(words), fc.array(fc.nat(5)), (pieces, steps) => {
        const log = inOrder(pieces);
        const cursor = new Cursor(log);
        const read = [...steps.flatMap((units) => cursor.read(units)), ...cursor.readAll()];
        expect(cursor.atEnd).toBe(true);
        expect(read.map(({ text }) => text).join('')).toBe(pieces.join(''));
        expect(read.some(({ text }) => /\p{Surrogate}/u.test(text))).toBe(false);
        expect(read.map(({ offset }) => offset)).toEqual(
          inOrder(read.map(({ text }) => text)).map(({ offset }) => offset),
        );
      }),
    );
  });

  it('goes on as the log grows, and keeps what a delta says of itself', () => {
    const log = inOrder(['Think'], 'reasoning');
    const cursor = new Cursor(log);
    expect(cursor.read(2)).toEqual([{ offset: 0, kind: 'reasoning', text: 'Th' }]);
    expect(cursor.atEnd).toBe(false);
    log.push({ offset: 5, kind: 'tool_call', text: '{}', meta: { index: 0 } });
    expect(cursor.readAll()).toEqual([
      { offset: 2, kind: 'reasoning', text: 'ink' },
      { offset: 5, kind: 'tool_call', text: '{}', meta: { index: 0 } },
    ]);
    expect([cursor.offset, cursor.atEnd]).toEqual([7, true]);
  });
});
