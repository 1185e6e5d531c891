import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inbox } from '../src/inbox';
import { addInbox, registry } from '../src/registry';
import { Streams } from '../src/streams';
import { deltas, FakeModel, ID, text } from './fakes';

let model: FakeModel;
let page: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  page = new AbortController();
  model = new FakeModel();
  registry().inboxes.add(new Inbox(model.asAnyModel));
});

afterEach(() => {
  page.abort();
  registry().inboxes.clear();
  vi.useRealTimers();
});

describe('Streams', () => {
  it('follows a stream once, however many views it has', () => {
    const streams = new Streams(null, page.signal);
    const [first, second] = [streams.join(ID, page.signal), streams.join(ID, page.signal)];
    expect(first).toBe(second);
    expect(streams.join('another', page.signal)).not.toBe(first);
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
  });

  it('keeps a stream while its view is re-created, and lets go of it after', () => {
    const streams = new Streams(null, page.signal);
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

  it('hears of a widget that comes after the view of its stream', () => {
    registry().inboxes.clear();
    const feed = new Streams(null, page.signal).join(ID, page.signal);
    expect(feed.session.trouble?.type).toBe('unavailable');
    model.answer = () => model.say(deltas(text(0, 'Hello')));
    addInbox(new Inbox(new FakeModel('driver', 'another').asAnyModel));
    addInbox(new Inbox(model.asAnyModel));
    expect([feed.session.offset, feed.session.trouble]).toEqual([5, null]);
  });

  it('waits a moment for the widget of a cell that was just run', () => {
    registry().inboxes.clear();
    const feed = new Streams(null, page.signal).join(ID, page.signal, true);
    vi.advanceTimersByTime(999);
    expect(feed.session.trouble).toBeNull();
    vi.advanceTimersByTime(1);
    expect(feed.session.trouble?.type).toBe('unavailable');
  });

  it('hears no more of widgets once the page is done', () => {
    new Streams(null, page.signal).join(ID, page.signal);
    page.abort();
    expect(registry().arrivals.size).toBe(0);
  });
});
