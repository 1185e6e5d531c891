import { expect, it, vi } from 'vitest';
import { deltas, FakeSocket, state, text } from './fakes';
import { onNet } from './net';

onNet();

it('shows a stream from its beginning that broke off and lives again', async () => {
  vi.resetModules();
  const { mount } = await import('../src/viewer');
  const page = new AbortController();
  const el = document.createElement('div');
  mount({ el, streamId: 'cut', signal: page.signal, fresh: true });
  vi.advanceTimersByTime(1_000); // no widget comes
  const socket = FakeSocket.last;
  socket.open();
  socket.say(deltas(text(0, 'It was **cut')), 1);
  socket.say(state({ status: 'timeout', length: 12 }), 1);
  const statuses = () => [...el.children].map((view) => (view as HTMLElement).dataset.status);
  expect(statuses()).toEqual(['timeout']);
  socket.say(state({ length: 12 }), 2);
  vi.advanceTimersByTime(1_000);
  socket.say(deltas(text(0, 'It was **cut off**')), 3);
  socket.say(state({ status: 'done', length: 18 }), 3);
  vi.advanceTimersByTime(1_000);
  expect(statuses()).toEqual(['done']);
  expect(el.querySelector('strong')?.textContent).toBe('cut off');
  page.abort();
  expect(el.children).toHaveLength(0);
});
