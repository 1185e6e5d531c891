import { beforeEach, describe, expect, it, vi } from 'vitest';
import { observe } from '../src/observe';
import { Session } from '../src/session';
import { deltas, ID, state, text } from './fakes';

let session: Session;
let page: AbortController;
const observer = { live: vi.fn(), complete: vi.fn() };

beforeEach(() => {
  session = new Session(ID);
  page = new AbortController();
  observer.live.mockReset();
  observer.complete.mockReset();
  observe(session, observer, page.signal);
});

describe('an observer', () => {
  it('is told once that the stream is live, and once that it is complete', () => {
    session.accept('server', state({ status: 'pending' }));
    session.accept('server', state());
    session.accept('server', deltas(text(0, 'Hm.', 'reasoning')));
    session.accept('server', state({ status: 'done', length: 6 }));
    expect([observer.live.mock.calls, observer.complete.mock.calls]).toEqual([[[ID]], []]);
    session.accept('server', deltas(text(3, 'Yes')));
    session.accept('kernel', state({ status: 'done', length: 6 }));
    expect(observer.complete.mock.calls).toEqual([[ID, 'Yes']]);
  });

  it('is told at once of a stream that is complete already, and not that it is live', () => {
    session.accept('server', state({ status: 'done' }));
    observer.complete.mockReset();
    observe(session, observer, page.signal);
    expect(observer.complete).toHaveBeenCalledExactlyOnceWith(ID, '*The stream is empty (done).*');
    expect(observer.live).not.toHaveBeenCalled();
  });

  it('is told why there is no text', () => {
    const error = { type: 'rate-limit', message: 'Too many requests.' };
    session.accept('server', state({ status: 'error', error }));
    expect(observer.complete).toHaveBeenCalledWith(ID, 'Too many requests.');
  });

  it('is told nothing after its view is gone', () => {
    page.abort();
    session.accept('server', state());
    expect(observer.live).not.toHaveBeenCalled();
  });
});
