import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inbox } from '../src/inbox';
import { registry } from '../src/registry';
import { Streams } from '../src/streams';
import { deltas, FakeModel, ID, text } from './fakes';

let model: FakeModel;

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
  registry().inboxes.add(new Inbox(model.asAnyModel));
});

afterEach(() => {
  registry().inboxes.clear();
  vi.useRealTimers();
});

describe('Streams', () => {
  it('follows a stream once, however many views it has', () => {
    const streams = new Streams(null);
    const page = new AbortController();
    const [first, second] = [streams.join(ID, page.signal), streams.join(ID, page.signal)];
    expect(first).toBe(second);
    expect(streams.join('another', page.signal)).not.toBe(first);
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
  });

  it('keeps a stream while its view is re-created, and lets go of it after', () => {
    const streams = new Streams(null);
    const [first, second] = [new AbortController(), new AbortController()];
    const feed = streams.join(ID, first.signal);
    model.say(deltas(text(0, 'Hello')));
    first.abort();
    vi.advanceTimersByTime(1_000);
    expect(streams.join(ID, second.signal)).toBe(feed);
    vi.advanceTimersByTime(10_000);
    model.say(deltas(text(5, '!')));
    expect(feed.session.offset).toBe(6);
    second.abort();
    vi.advanceTimersByTime(2_000);
    model.say(deltas(text(6, '!')));
    expect(feed.session.offset).toBe(6);
    expect(streams.join(ID, new AbortController().signal)).not.toBe(feed);
  });
});
