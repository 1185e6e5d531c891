import { expect, it, vi } from 'vitest';
import { Streams } from '../src/streams';
import { deltas, FakeSocket, ID, state, text } from './fakes';
import { liveSocket, onNet, page } from './net';

onNet();

/** A stream that the server tells, up to its end. */
function ended(status: 'timeout' | 'error' | 'done') {
  const streams = new Streams(liveSocket(), page.signal);
  const feed = streams.join(ID, page.signal);
  streams.begin(feed);
  const socket = FakeSocket.last;
  socket.open();
  socket.say(deltas(text(0, 'Hello')), 1);
  socket.say(state({ status, length: 5 }), 1);
  return { streams, feed, socket };
}

const asked = (socket: FakeSocket) => socket.sent.filter(({ type }) => type === 'subscribe');

it.each(['timeout', 'error'] as const)('begins anew what ended as %s and lives again', (status) => {
  const { streams, feed, socket } = ended(status);
  expect(asked(socket).at(-1)).toMatchObject({ sub: 2, offset: 5 });
  feed.session.retitle('Another');
  socket.say(state({ status, length: 5 }), 2);
  expect([feed.over.aborted, asked(socket).length]).toEqual([false, 2]);
  socket.say(state({ length: 5 }), 2);
  expect(feed.over.aborted).toBe(true);
  const again = streams.join(ID, page.signal);
  streams.begin(again);
  socket.say(deltas(text(0, 'Hello again')), 3);
  expect([again.session.final, again.session.offset]).toEqual([false, 11]);
});

it('hears of it over a connection that was lost meanwhile', () => {
  const { feed, socket } = ended('timeout');
  socket.drop();
  vi.advanceTimersByTime(10_000);
  expect(feed.session.trouble).toBeNull(); // nothing is missed
  FakeSocket.last.open();
  expect(asked(FakeSocket.last)).toMatchObject([{ sub: 2, offset: 5 }]);
  FakeSocket.last.say(state({ status: 'done', length: 9 }), 2);
  expect(feed.over.aborted).toBe(true);
});

it('lets a stream rest that ended for good', () => {
  const { feed, socket } = ended('done');
  expect([feed.over.aborted, asked(socket).length]).toEqual([false, 1]);
});
