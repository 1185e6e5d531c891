import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Feed } from '../src/feed';
import { Inbox } from '../src/inbox';
import { addInbox, registry } from '../src/registry';
import type { LiveSocket } from '../src/sources/server';
import type { ListReceiver } from '../src/sources/source';
import { Streams } from '../src/streams';
import { deltas, FakeModel, ID, listed, state, text } from './fakes';

let model: FakeModel;
let page: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  page = new AbortController();
  model = new FakeModel();
  for (const shared of Object.values(registry())) shared.clear();
  registry().inboxes.add(new Inbox(model.asAnyModel));
});

afterEach(() => {
  page.abort();
  registry().inboxes.clear();
  vi.useRealTimers();
});

/** What a view does that is in sight. */
function open(streams: Streams, { signal } = page, fresh = false): Feed {
  const feed = streams.join(ID, signal);
  streams.begin(feed, fresh);
  return feed;
}

describe('Streams', () => {
  it('follows a stream once, however many views it has', () => {
    const streams = new Streams(null, page.signal);
    const [first, second] = [open(streams), open(streams)];
    expect(first).toBe(second);
    expect(streams.join('another', page.signal)).not.toBe(first);
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
  });

  it('keeps a stream while its view is re-created, and lets go of it after', () => {
    const streams = new Streams(null, page.signal);
    const [first, second] = [new AbortController(), new AbortController()];
    const feed = open(streams, first);
    model.say(deltas(text(0, 'Hello')));
    first.abort();
    vi.advanceTimersByTime(1_000);
    expect(open(streams, second)).toBe(feed);
    vi.advanceTimersByTime(10_000);
    model.say(deltas(text(5, '!')));
    expect(feed.session.offset).toBe(6);
    second.abort();
    vi.advanceTimersByTime(2_000);
    model.say(deltas(text(6, '!')));
    expect(feed.session.offset).toBe(6);
    expect(streams.join(ID, new AbortController().signal)).not.toBe(feed);
  });

  it('asks nobody for a stream before it is to be seen', () => {
    const streams = new Streams(null, page.signal);
    const feed = streams.join(ID, page.signal);
    addInbox(new Inbox(new FakeModel().asAnyModel));
    vi.advanceTimersByTime(10_000);
    expect([feed.idle, model.sent]).toEqual([true, []]);
    streams.begin(feed);
    expect([feed.idle, model.sent]).toEqual([false, [{ type: 'attach', offset: 0 }]]);
  });

  it('hears of a widget that comes after the view of its stream', () => {
    registry().inboxes.clear();
    const feed = open(new Streams(null, page.signal));
    expect(feed.session.trouble?.type).toBe('unavailable');
    model.answer = () => model.say(deltas(text(0, 'Hello')));
    addInbox(new Inbox(new FakeModel('driver', 'another').asAnyModel));
    addInbox(new Inbox(model.asAnyModel));
    expect([feed.session.offset, feed.session.trouble]).toEqual([5, null]);
  });

  it('waits a moment for the widget of a cell that was just run', () => {
    registry().inboxes.clear();
    const feed = open(new Streams(null, page.signal), page, true);
    vi.advanceTimersByTime(999);
    expect(feed.session.trouble).toBeNull();
    vi.advanceTimersByTime(1);
    expect(feed.session.trouble?.type).toBe('unavailable');
  });

  it('hears from the list what a stream that has ended is now called', () => {
    const lists = { list: vi.fn((_: ListReceiver) => ({ ask() {}, move() {} })) };
    const streams = new Streams(lists as unknown as LiveSocket, page.signal);
    const session = open(streams).session;
    const seen: (string | null)[] = [];
    session.subscribe({ onState: ({ title }) => seen.push(title) }, page.signal);
    const receiver = { window: { query: {}, first: 0, count: 60 }, receive: vi.fn() };
    streams.list({ ...receiver, refuse() {}, connected() {} }, page.signal);
    const say = (title: string) => {
      const stream = listed({ stream_id: ID, title });
      const message = { type: 'list', total: 1, first: 0, streams: [stream] } as const;
      lists.list.mock.calls[0]?.[0].receive(message);
    };
    model.say(state({ title: 'Old' }));
    say('Too early: its own source tells');
    model.say(state({ title: 'Old', status: 'done', finished_at: 1.7e9 }));
    say('New');
    say('New');
    expect(seen).toEqual(['Old', 'Old', 'New']);
    expect(receiver.receive).toHaveBeenCalledTimes(3);
    expect(session.lastSource).toBe('kernel');
  });

  it('hears no more of widgets once the page is done', () => {
    new Streams(null, page.signal).join(ID, page.signal);
    page.abort();
    expect(registry().arrivals.size).toBe(0);
  });
});
