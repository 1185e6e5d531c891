import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { findServer } from '../src/page';
import { backoff } from '../src/sources/backoff';
import { deltas, FakeSocket, failure, ID, jupyterPage, state, text } from './fakes';
import { liveSocket, onNet, page } from './net';

onNet();

function receiver(offset = 0) {
  return { offset, receive: vi.fn(), refuse: vi.fn(), connected: vi.fn() };
}

describe('backoff', () => {
  it('stays within its bounds', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(2_000), random, (attempt, chance) => {
        const delay = backoff(attempt, () => chance);
        return delay >= 0 && delay <= Math.min(10_000, 250 * 2 ** attempt);
      }),
    );
  });
});

describe('where the server is', () => {
  it('is said by JupyterLab', () => {
    expect(findServer()).toEqual({
      url: `${location.origin}/user/ada/nb-persistent-stream/v1/`,
      liveUrl: `ws://${location.host}/user/ada/nb-persistent-stream/v1/live`,
      token: '',
    });
  });

  it('may be elsewhere for WebSockets, and may need a token', () => {
    jupyterPage({ baseUrl: 'https://lab.example/', wsUrl: 'wss://ws.example/x', token: 'a b' });
    expect(findServer()).toEqual({
      url: 'https://lab.example/nb-persistent-stream/v1/',
      liveUrl: 'wss://ws.example/x/nb-persistent-stream/v1/live',
      token: 'a b',
    });
  });

  it.each([
    ['a b', 'YSBi'],
    ['>>>???', 'Pj4-Pz8_'],
    ['é', 'w6k'],
  ])('gets the token %s in a header and not in a URL', (token, coded) => {
    jupyterPage({ baseUrl: '/', token });
    liveSocket().subscribe(ID, receiver(), page.signal);
    expect(FakeSocket.last.url).toMatch(/\/v1\/live$/);
    expect(FakeSocket.last.protocols).toEqual([
      'nb-persistent-stream.v1',
      `nb-persistent-stream.token.${coded}`,
    ]);
  });

  it('is asked for no protocol where cookies authenticate', () => {
    liveSocket().subscribe(ID, receiver(), page.signal);
    expect(FakeSocket.last.protocols).toEqual([]);
  });

  it('is said by nbclassic', () => {
    document.body.replaceChildren();
    document.body.dataset.baseUrl = '/';
    expect(findServer()?.url).toBe(`${location.origin}/nb-persistent-stream/v1/`);
    delete document.body.dataset.baseUrl;
    expect(findServer()).toBeNull();
  });
});

describe('LiveSocket', () => {
  it('carries many subscriptions on one socket', () => {
    const [first, second] = [receiver(), receiver(7)];
    const socket = liveSocket();
    socket.subscribe('a', first, page.signal);
    FakeSocket.last.open();
    socket.subscribe('b', second, page.signal);
    expect(FakeSocket.all).toHaveLength(1);
    expect(FakeSocket.last.sent).toEqual([
      { type: 'subscribe', sub: 1, stream_id: 'a', offset: 0 },
      { type: 'subscribe', sub: 2, stream_id: 'b', offset: 7 },
    ]);
    FakeSocket.last.say(state(), 2);
    FakeSocket.last.say(state(), 3);
    expect(first.receive).not.toHaveBeenCalled();
    expect(second.receive).toHaveBeenCalledOnce();
  });

  it('comes back by itself, from where each reader stands', () => {
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.say(deltas(text(0, 'Hello')));
    reader.offset = 5;
    FakeSocket.last.drop();
    vi.advanceTimersByTime(250);
    FakeSocket.last.open();
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.sent).toMatchObject([{ type: 'subscribe', offset: 5 }]);
  });

  it('says that it reconnects only when that takes a while', async () => {
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.drop();
    await vi.advanceTimersByTimeAsync(900);
    expect(reader.connected).not.toHaveBeenCalledWith(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(reader.connected).toHaveBeenLastCalledWith(false);
    FakeSocket.last.open();
    expect(reader.connected).toHaveBeenLastCalledWith(true);
  });

  it('says so although each attempt fails at once', async () => {
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    vi.spyOn(Math, 'random').mockReturnValue(0);
    for (let elapsed = 0; elapsed < 1_000; elapsed += 100) {
      FakeSocket.last.drop();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(reader.connected).toHaveBeenLastCalledWith(false);
  });

  it('is patient with a server that accepts and drops, until one speaks', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    liveSocket().subscribe(ID, receiver(), page.signal);
    for (let attempt = 0; attempt < 8; attempt++) {
      FakeSocket.last.open();
      FakeSocket.last.drop();
      await vi.advanceTimersByTimeAsync(10_000 - 1);
    }
    FakeSocket.last.open();
    FakeSocket.last.drop();
    const made = FakeSocket.all.length;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(FakeSocket.all).toHaveLength(made);
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.open();
    FakeSocket.last.say(state());
    FakeSocket.last.drop();
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all).toHaveLength(made + 2);
  });

  it('does not heed what a server said while it started', async () => {
    let answer = (_response: Response) => {};
    vi.mocked(fetch).mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.drop();
    await vi.advanceTimersByTimeAsync(250);
    FakeSocket.last.open();
    answer(new Response('', { status: 404 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(reader.refuse).not.toHaveBeenCalled();
  });

  it('tries again at once when the network or the reader is back', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    liveSocket().subscribe(ID, receiver(), page.signal);
    FakeSocket.last.drop();
    window.dispatchEvent(new Event('online'));
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.drop();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(FakeSocket.all).toHaveLength(3);
  });

  it('gives up a socket that does not open', () => {
    liveSocket().subscribe(ID, receiver(), page.signal);
    const stuck = FakeSocket.last;
    vi.advanceTimersByTime(10_250);
    expect(stuck.readyState).toBe(3);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('asks a silent server whether it is there, and leaves one that does not answer', () => {
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    const dead = FakeSocket.last;
    dead.open();
    vi.advanceTimersByTime(15_000);
    dead.say(deltas(text(0, 'Hello')));
    reader.offset = 5;
    vi.advanceTimersByTime(19_999);
    expect(dead.sent.at(-1)?.type).toBe('subscribe');
    vi.advanceTimersByTime(1);
    expect(dead.sent.at(-1)).toEqual({ type: 'ping', sub: 0 });
    vi.advanceTimersByTime(19_999);
    expect(dead.readyState).toBe(FakeSocket.OPEN);
    vi.advanceTimersByTime(1 + 250);
    expect(dead.readyState).toBe(3);
    FakeSocket.last.open();
    expect(FakeSocket.last).not.toBe(dead);
    expect(FakeSocket.last.sent).toMatchObject([{ type: 'subscribe', offset: 5 }]);
  });

  it('stays with a silent server that answers', () => {
    liveSocket().subscribe(ID, receiver(), page.signal);
    FakeSocket.last.open();
    for (let asked = 1; asked <= 10; asked++) {
      vi.advanceTimersByTime(20_000);
      expect(FakeSocket.last.sent).toHaveLength(1 + asked);
      FakeSocket.last.say({ type: 'pong' }, 0);
    }
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('asks at once when the reader is back, as after a sleep', () => {
    liveSocket().subscribe(ID, receiver(), page.signal);
    FakeSocket.last.open();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'ping', sub: 0 });
    vi.advanceTimersByTime(20_250);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it.each([
    [404, 'no-extension'],
    [401, 'forbidden'],
    [403, 'forbidden'],
  ])('refuses when the server answers %i', async (status, type) => {
    vi.mocked(fetch).mockResolvedValue(new Response('', { status }));
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.drop();
    await vi.waitFor(() => expect(reader.refuse.mock.calls[0]?.[0]).toMatchObject({ type }));
    const made = FakeSocket.all.length;
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(made);
  });

  it.each([
    ['is down', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['is ill', () => Promise.resolve(new Response('', { status: 502 }))],
  ])('goes on trying when the server %s', async (_how, answer) => {
    vi.mocked(fetch).mockImplementation(answer);
    const reader = receiver();
    liveSocket().subscribe(ID, reader, page.signal);
    for (let attempt = 1; attempt <= 8; attempt++) {
      expect(FakeSocket.all).toHaveLength(attempt);
      FakeSocket.last.drop();
      await vi.advanceTimersByTimeAsync(10_000 - 1);
    }
    expect(reader.refuse).not.toHaveBeenCalled();
  });

  it('asks again under a new number', () => {
    const reader = receiver();
    const source = liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.open();
    reader.offset = 3;
    source.ask();
    FakeSocket.last.say(deltas(text(0, 'late')), 1);
    expect(reader.receive).not.toHaveBeenCalled();
    expect(FakeSocket.last.sent.slice(1)).toMatchObject([
      { type: 'unsubscribe', sub: 1 },
      { type: 'subscribe', sub: 2, offset: 3 },
    ]);
  });

  it('passes a refusal on, once', () => {
    const reader = receiver();
    const source = liveSocket().subscribe(ID, reader, page.signal);
    FakeSocket.last.open();
    FakeSocket.last.say(failure('not-found', 'There is no such stream.'));
    source.ask();
    expect(reader.refuse).toHaveBeenCalledOnce();
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  it('closes when nobody has subscribed for a while', () => {
    const gone = new AbortController();
    const socket = liveSocket();
    socket.subscribe(ID, receiver(), gone.signal);
    FakeSocket.last.open();
    gone.abort();
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'unsubscribe', sub: 1 });
    vi.advanceTimersByTime(29_999);
    expect(FakeSocket.last.readyState).toBe(FakeSocket.OPEN);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.last.readyState).toBe(3);
    socket.subscribe(ID, receiver(), page.signal);
    expect(FakeSocket.all).toHaveLength(2);
  });
});
