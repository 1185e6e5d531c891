import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Feed } from '../src/feed';
import { Inbox } from '../src/inbox';
import { Session } from '../src/session';
import { deltas, FakeModel, FakeSocket, failure, ID, state, text } from './fakes';
import { liveSocket, onNet, page } from './net';

let session: Session;

onNet();
beforeEach(() => {
  session = new Session(ID);
});

function follow(model: FakeModel | null, withServer = true) {
  const feed = new Feed(session, withServer ? liveSocket() : null, page.signal);
  const inbox = model && new Inbox(model.asAnyModel);
  feed.follow(inbox);
  return { feed, inbox };
}

function asksOf(model: FakeModel): unknown[] {
  return model.sent.map((message) => (message as { offset: number }).offset);
}

describe('a driver', () => {
  it('is asked for what is missing, and the server is left alone while it speaks', () => {
    const model = new FakeModel();
    model.answer = () => model.say(state());
    follow(model);
    model.say(deltas(text(0, 'Hello')));
    vi.advanceTimersByTime(2_900);
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
    expect([session.offset, session.lastSource]).toEqual([5, 'kernel']);
    expect(FakeSocket.all).toHaveLength(0);
  });

  it('is joined by the server when it says nothing at first', () => {
    follow(new FakeModel());
    vi.advanceTimersByTime(499);
    expect(FakeSocket.all).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('is joined by the server when it falls silent, which tells how it ended', () => {
    const model = new FakeModel();
    follow(model);
    model.say(state());
    model.say(deltas(text(0, 'Hello')));
    vi.advanceTimersByTime(3_000);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toMatchObject([{ type: 'subscribe', stream_id: ID, offset: 5 }]);
    FakeSocket.last.say(state({ status: 'timeout', length: 5 }));
    expect(session.state?.status).toBe('timeout');
  });

  it('is asked again at a gap, and the server too when it stays', () => {
    const model = new FakeModel();
    follow(model);
    vi.advanceTimersByTime(400);
    model.say(state());
    model.say(deltas(text(0, 'ab')));
    vi.advanceTimersByTime(200);
    model.say(deltas(text(4, 'ef')));
    model.say(deltas(text(6, 'gh')));
    expect(asksOf(model)).toEqual([0, 2]);
    vi.advanceTimersByTime(499);
    expect(FakeSocket.all).toHaveLength(0);
    vi.advanceTimersByTime(1);
    FakeSocket.last.open();
    FakeSocket.last.say(deltas(text(2, 'cdefgh')));
    expect(session.offset).toBe(8);
    expect(asksOf(model)).toEqual([0, 2, 2]);
    vi.advanceTimersByTime(20_000);
    expect(asksOf(model)).toEqual([0, 2, 2]);
  });

  it('that fills its gap does not need the server', () => {
    const model = new FakeModel();
    follow(model);
    vi.advanceTimersByTime(400);
    model.say(deltas(text(2, 'cd')));
    model.say(deltas(text(0, 'abcd')));
    vi.advanceTimersByTime(2_000);
    expect(FakeSocket.all).toHaveLength(0);
  });

  it('that closes leaves the stream to the server', () => {
    const { inbox } = follow(new FakeModel());
    inbox?.close();
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('whose kernel died, and takes no message, leaves the stream to the server', () => {
    const model = new FakeModel();
    model.answer = () => {
      throw new Error('Cannot send');
    };
    follow(model);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('needs no server, and no error is shown for want of one', () => {
    const model = new FakeModel();
    follow(model, false);
    vi.advanceTimersByTime(10_000);
    model.say(deltas(text(0, 'Hello')));
    expect([session.offset, session.trouble]).toEqual([5, null]);
  });

  it('is not joined by a server without the extension, however silent it is', async () => {
    vi.mocked(fetch).mockImplementation(async () => new Response('', { status: 404 }));
    follow(new FakeModel());
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.drop();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(session.trouble).toBeNull();
  });

  it('is not said to be reconnecting while it speaks', async () => {
    const model = new FakeModel();
    follow(model);
    await vi.advanceTimersByTimeAsync(500);
    model.say(state());
    await vi.advanceTimersByTimeAsync(1_500);
    expect(session.trouble).toBeNull();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(session.trouble).toEqual({ type: 'reconnecting' });
  });

  it('is left for the server when what its inbox kept is a refusal', () => {
    const model = new FakeModel();
    const inbox = new Inbox(model.asAnyModel);
    model.say(failure('not-found', 'The kernel does not know it.'));
    new Feed(session, liveSocket(), page.signal).follow(inbox);
    FakeSocket.last.open();
    expect(session.trouble).toBeNull();
    FakeSocket.last.say(failure('not-found', 'The server does not know it.'));
    expect(session.trouble).toMatchObject({
      error: { message: 'The kernel does not know it.' },
    });
  });

  it('is read from what its inbox kept, without asking once that is everything', () => {
    const model = new FakeModel();
    const inbox = new Inbox(model.asAnyModel);
    model.say(deltas(text(0, 'Hello')));
    model.say(state({ status: 'done', length: 5 }));
    new Feed(session, null, page.signal).follow(inbox);
    expect([session.complete, model.sent]).toEqual([true, []]);
  });
});

describe('a watcher', () => {
  it('follows the server, and its kernel is not asked', () => {
    const model = new FakeModel('watcher');
    follow(model);
    FakeSocket.last.open();
    FakeSocket.last.say(state());
    FakeSocket.last.say(deltas(text(0, 'Hello')));
    vi.advanceTimersByTime(10_000);
    expect([session.offset, session.lastSource, model.sent]).toEqual([5, 'server', []]);
  });

  it('turns to its kernel when the server does not know the stream, and keeps saying so', () => {
    const model = new FakeModel('watcher');
    model.answer = () => model.say(deltas(text(0, 'Hello')));
    follow(model);
    FakeSocket.last.open();
    FakeSocket.last.say(failure('not-found', 'There is no such stream.'));
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
    model.say(deltas(text(5, ', world')));
    expect(session.offset).toBe(12);
    expect(session.trouble).toMatchObject({ type: 'unavailable', error: { type: 'not-found' } });
  });

  it.each([404, 403])('turns to its kernel when the server answers %i', async (status) => {
    vi.mocked(fetch).mockResolvedValue(new Response('', { status }));
    const model = new FakeModel('watcher');
    follow(model);
    FakeSocket.last.drop();
    await vi.waitFor(() => expect(model.sent).toHaveLength(1));
    expect(session.trouble).toBeNull();
  });

  it('says why when neither can serve', () => {
    const model = new FakeModel('watcher');
    model.answer = () => model.say(failure('not-found', 'The kernel does not know it.'));
    follow(model);
    FakeSocket.last.open();
    FakeSocket.last.say(failure('not-found', 'The server does not know it.'));
    const error = { type: 'not-found', message: 'The kernel does not know it.' };
    expect(session.trouble).toEqual({ type: 'unavailable', error });
  });
});

describe('a kernel whose streams are kept on another server', () => {
  const unknown = () => {
    FakeSocket.last.open();
    FakeSocket.last.say(failure('not-found', 'There is no such stream.'));
  };

  it('feeds its watchers, and that this server has no such stream is no news', () => {
    const model = new FakeModel('watcher', ID, true);
    model.answer = () => model.say(deltas(text(0, 'Hello')));
    follow(model);
    unknown();
    expect(model.sent).toEqual([{ type: 'attach', offset: 0 }]);
    expect([session.offset, session.trouble]).toEqual([5, null]);
  });

  it('drives, and this server is asked once', async () => {
    const model = new FakeModel('driver', ID, true);
    follow(model);
    await vi.advanceTimersByTimeAsync(500);
    unknown();
    model.say(state());
    const asked = () => FakeSocket.last.sent.filter(({ type }) => type === 'subscribe').length;
    const before = asked();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([asked(), session.trouble]).toEqual([before, null]);
  });

  it('comes later than its view, and takes back that the stream is missing', async () => {
    const { feed } = follow(null);
    unknown();
    expect(session.trouble).not.toBeNull();
    const model = new FakeModel('driver', ID, true);
    feed.follow(new Inbox(model.asAnyModel));
    model.say(deltas(text(0, 'Hello')));
    await vi.advanceTimersByTimeAsync(0);
    expect([session.offset, session.trouble]).toEqual([5, null]);
  });
});

describe('a driver that comes after its view', () => {
  let driver: FakeModel;
  let inbox: Inbox;

  /** The server feeds the view when the driver's widget arrives. */
  async function come(...heard: object[]) {
    const { feed } = follow(null);
    FakeSocket.last.open();
    FakeSocket.last.say(state());
    driver = new FakeModel();
    inbox = new Inbox(driver.asAnyModel);
    for (const message of heard) driver.say(message);
    feed.follow(inbox);
    await vi.advanceTimersByTimeAsync(0);
  }

  const subscribed = () => FakeSocket.last.sent.at(-1)?.type === 'subscribe';

  it('takes over from the server when it tells the stream from its beginning', async () => {
    await come();
    expect(driver.sent).toEqual([]);
    driver.say(deltas(text(0, 'Hello')));
    await vi.advanceTimersByTimeAsync(0);
    expect(driver.sent).toEqual([{ type: 'attach', offset: 5 }]);
    expect([session.lastSource, subscribed()]).toEqual(['kernel', false]);
  });

  it('does so with what it said before the page knew of it', async () => {
    await come(state(), deltas(text(0, 'Hello')));
    expect([session.lastSource, session.offset, subscribed()]).toEqual(['kernel', 5, false]);
  });

  it('loses nothing when the server was ahead', async () => {
    await come();
    FakeSocket.last.say(deltas(text(0, 'Hello, world')));
    driver.say(deltas(text(0, 'Hello')));
    await vi.advanceTimersByTimeAsync(0);
    expect([session.lastSource, subscribed()]).toEqual(['server', true]);
    driver.say(deltas(text(5, ', world!')));
    expect([session.offset, session.lastSource, subscribed()]).toEqual([13, 'kernel', false]);
  });

  it('is only a reserve when it goes on midway: its page was opened again', async () => {
    await come(state(), deltas(text(7, 'world')));
    expect([driver.sent, session.lastSource, subscribed()]).toEqual([[], 'server', true]);
    FakeSocket.last.say(failure('not-found', 'There is no such stream.'));
    expect(driver.sent).toEqual([{ type: 'attach', offset: 0 }]);
  });

  it('is left alone when it is gone before it speaks', async () => {
    await come();
    inbox.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([driver.sent, subscribed()]).toEqual([[], true]);
  });
});

describe('no kernel', () => {
  it('follows the server and asks again for a stream that is not there yet', () => {
    follow(null);
    FakeSocket.last.open();
    FakeSocket.last.say(failure('not-found', 'There is no such stream.'));
    expect(session.trouble).toMatchObject({ type: 'unavailable' });
    vi.advanceTimersByTime(500);
    FakeSocket.last.say(state());
    expect([session.state?.status, session.trouble]).toEqual(['streaming', null]);
  });

  it('and no server is said in a sentence', () => {
    follow(null, false);
    expect(session.trouble).toMatchObject({
      error: { message: expect.stringMatching(/neither a kernel/) },
    });
  });
});

describe('the end', () => {
  it('detaches everything', () => {
    const model = new FakeModel();
    follow(model);
    vi.advanceTimersByTime(500);
    FakeSocket.last.open();
    FakeSocket.last.say(deltas(text(0, 'Hello')));
    model.say(state({ status: 'done', length: 5 }));
    expect(FakeSocket.last.sent.at(-1)?.type).toBe('unsubscribe');
    vi.advanceTimersByTime(30_000);
    expect(FakeSocket.last.readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not reached while bytes are missing: they are asked for, ever more slowly', () => {
    const model = new FakeModel();
    follow(model, false);
    vi.advanceTimersByTime(500);
    model.say(state({ status: 'done', length: 5 }));
    vi.advanceTimersByTime(60_000);
    const asked = model.sent.length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
    model.say(deltas(text(0, 'Hello')));
    expect(session.complete).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(model.sent).toHaveLength(asked);
  });
});

describe('cancel', () => {
  it('goes to the server, with the XSRF token', async () => {
    // biome-ignore lint/suspicious/noDocumentCookie: what a Jupyter server sets
    document.cookie = '_xsrf=2|abc';
    const model = new FakeModel();
    const { feed } = follow(model);
    expect(await feed.cancel()).toBe(true);
    const [url, init] = vi.mocked(fetch).mock.calls.at(-1) ?? [];
    const path = `/user/ada/nb-persistent-stream/v1/streams/${ID}/cancel`;
    expect(url).toBe(`${location.origin}${path}`);
    expect(init).toMatchObject({ method: 'POST', headers: { 'X-XSRFToken': '2|abc' } });
    expect(init?.headers).not.toHaveProperty('Authorization');
    expect(model.sent).not.toContainEqual({ type: 'cancel' });
  });

  it('goes to the kernel when the server can not', async () => {
    vi.mocked(fetch).mockRejectedValue(new TypeError('Failed to fetch'));
    const model = new FakeModel();
    expect(await follow(model).feed.cancel()).toBe(true);
    expect(model.sent).toContainEqual({ type: 'cancel' });
  });

  it('says so when there is nobody to tell', async () => {
    expect(await follow(null, false).feed.cancel()).toBe(false);
  });
});
