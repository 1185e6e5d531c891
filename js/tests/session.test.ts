import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../src/session';
import { deltas, ID, state, text } from './fakes';

const forever = new AbortController().signal;
let session: Session;

beforeEach(() => {
  session = new Session(ID);
});

function body(): string {
  return session.deltas.map((delta) => delta.text).join('');
}

describe('Session', () => {
  it('drops what two sources both say', () => {
    session.accept('kernel', deltas(text(0, 'Hello')));
    session.accept('server', deltas(text(0, 'Hel'), text(3, 'lo, wor')));
    session.accept('kernel', deltas(text(5, ', world')));
    expect(body()).toBe('Hello, world');
    expect(session.offset).toBe(12);
  });

  it('names the source that advanced it, not one that repeats', () => {
    const onSource = vi.fn();
    session.subscribe({ onSource }, forever);
    session.accept('kernel', deltas(text(0, 'Hello')));
    session.accept('server', deltas(text(0, 'Hello')));
    expect(session.lastSource).toBe('kernel');
    session.accept('server', deltas(text(5, '!')));
    expect(onSource.mock.calls).toEqual([['kernel'], ['server']]);
  });

  it('tells of a gap and waits for it to be filled', () => {
    const onGap = vi.fn();
    session.subscribe({ onGap }, forever);
    session.accept('kernel', deltas(text(0, 'ab')));
    session.accept('kernel', deltas(text(4, 'ef')));
    expect(onGap).toHaveBeenCalledExactlyOnceWith(2);
    session.accept('kernel', deltas(text(2, 'cdef')));
    expect(body()).toBe('abcdef');
  });

  it('never goes back from a final state', () => {
    session.accept('server', state({ status: 'timeout' }));
    session.accept('kernel', state({ status: 'streaming' }));
    session.accept('kernel', state({ status: 'done' }));
    expect(session.state?.status).toBe('timeout');
  });

  it('does not go back from streaming to pending, nor forget a stop', () => {
    session.accept('kernel', state({ status: 'streaming', cancel_requested: true }));
    session.accept('server', state({ status: 'pending' }));
    session.accept('server', state({ status: 'streaming', cancel_requested: false }));
    expect(session.state).toMatchObject({ status: 'streaming', cancel_requested: true });
  });

  it('is complete once it is final and has every byte', () => {
    session.accept('server', state({ status: 'done', length: 5 }));
    expect([session.final, session.complete]).toEqual([true, false]);
    session.accept('server', deltas(text(0, 'Hello')));
    expect(session.complete).toBe(true);
  });

  it('tells every view, and none that is gone', () => {
    const gone = new AbortController();
    const [first, second] = [vi.fn(), vi.fn()];
    session.subscribe({ onDeltas: first }, forever);
    session.subscribe({ onDeltas: second }, gone.signal);
    session.accept('kernel', deltas(text(0, 'a')));
    gone.abort();
    session.accept('kernel', deltas(text(1, 'b')));
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([2, 1]);
  });

  it('counts the seconds while the stream is live', () => {
    vi.useFakeTimers();
    session.accept('kernel', state({ elapsed: 3 }));
    vi.advanceTimersByTime(2_000);
    expect(session.elapsed()).toBeCloseTo(5);
    session.accept('kernel', state({ status: 'done', elapsed: 5.5 }));
    vi.advanceTimersByTime(2_000);
    expect(session.elapsed()).toBe(5.5);
    vi.useRealTimers();
  });
});
