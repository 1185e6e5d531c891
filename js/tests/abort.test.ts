import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { childOf } from '../src/abort';

describe('a child of a signal', () => {
  it('aborts with it, or before', () => {
    const parent = new AbortController();
    const [one, other] = [childOf(parent.signal), childOf(parent.signal)];
    one.abort();
    expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false]);
    parent.abort();
    expect(other.signal.aborted).toBe(true);
    expect(childOf(parent.signal).signal.aborted).toBe(true);
  });

  it('leaves nothing with a parent that outlives it', () => {
    const { signal } = new AbortController();
    for (let round = 0; round < 30; round++) childOf(signal).abort();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
