import { describe, expect, it, vi } from 'vitest';
import type { ListQuery } from '../src/protocol';
import { FakeSocket, failure, ID, listing, state } from './fakes';
import { liveSocket, onNet, page } from './net';

onNet();

function reader(query: ListQuery = {}) {
  const calls = { receive: vi.fn(), refuse: vi.fn(), connected: vi.fn() };
  return { window: { query, first: 0, count: 60 }, ...calls };
}

function stream() {
  return { offset: 0, receive: vi.fn(), refuse: vi.fn(), connected: vi.fn() };
}

describe('the list on the live socket', () => {
  it('shares the socket with the streams', () => {
    const [socket, list, one] = [liveSocket(), reader({ search: 'wal' }), stream()];
    socket.subscribe(ID, one, page.signal);
    socket.list(list, page.signal);
    FakeSocket.last.open();
    expect(FakeSocket.all).toHaveLength(1);
    expect(FakeSocket.last.sent).toEqual([
      { type: 'subscribe', sub: 1, stream_id: ID, offset: 0 },
      { type: 'list', sub: 2, query: { search: 'wal' }, first: 0, count: 60 },
    ]);
    FakeSocket.last.say(listing(0), 2);
    FakeSocket.last.say(state(), 1);
    expect(list.receive).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ total: 0 }));
    expect(one.receive).toHaveBeenCalledOnce();
  });

  it('moves under its number, and asks for another list under a new one', () => {
    const list = reader();
    const source = liveSocket().list(list, page.signal);
    FakeSocket.last.open();
    list.window = { query: {}, first: 40, count: 60 };
    source.move();
    list.window = { query: { live: true }, first: 0, count: 60 };
    source.ask();
    expect(FakeSocket.last.sent.slice(1)).toEqual([
      { type: 'list', sub: 1, query: {}, first: 40, count: 60 },
      { type: 'unsubscribe', sub: 1 },
      { type: 'list', sub: 2, query: { live: true }, first: 0, count: 60 },
    ]);
    FakeSocket.last.say(listing(7), 1);
    expect(list.receive).not.toHaveBeenCalled();
  });

  it('is asked for again, as the reader looks at it, when the connection is back', () => {
    const list = reader();
    const source = liveSocket().list(list, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.drop();
    list.window = { query: {}, first: 40, count: 60 };
    source.move();
    vi.advanceTimersByTime(250);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([
      { type: 'list', sub: 1, query: {}, first: 40, count: 60 },
    ]);
  });

  it('ends with its signal', () => {
    const closed = new AbortController();
    const source = liveSocket().list(reader(), closed.signal);
    FakeSocket.last.open();
    closed.abort();
    source.move();
    source.ask();
    expect(FakeSocket.last.sent.map(({ type }) => type)).toEqual(['list', 'unsubscribe']);
  });

  it('passes a refusal on', () => {
    const list = reader();
    liveSocket().list(list, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.say(failure('unavailable', 'The disk is full.'));
    expect(list.refuse).toHaveBeenCalledOnce();
  });

  it('is given up, and the streams are not, with a server that does not know it', () => {
    const [socket, list, one] = [liveSocket(), reader(), stream()];
    socket.subscribe(ID, one, page.signal);
    socket.list(list, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.drop(1003);
    expect(list.refuse.mock.calls[0]?.[0].message).toMatch(/older.*Restart Jupyter/);
    vi.advanceTimersByTime(250);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent.map(({ type }) => type)).toEqual(['subscribe']);
    expect(one.refuse).not.toHaveBeenCalled();
  });
});
