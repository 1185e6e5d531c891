import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Streams } from '../src/streams';
import { View } from '../src/view/view';
import { deltas, FakeSocket, ID, inOrder, state } from './fakes';
import { liveSocket, onNet, page } from './net';

// What a page does for a thousand deltas, counted: it must not grow.

onNet();

const COUNT = 1_000;
const PARAGRAPHS = 20;
const WORDS = inOrder(
  Array.from({ length: COUNT }, (_, i) => (i % (COUNT / PARAGRAPHS) ? 'a word ' : '\n\nThen ')),
);
const LENGTH = WORDS.reduce((sum, { text }) => sum + text.length, 0);
const FRAME = 20;

let changes: MutationObserver;
let frames: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  changes = new MutationObserver(() => {});
  frames = vi.spyOn(globalThis, 'requestAnimationFrame');
});

afterEach(() => changes.disconnect());

/** What has come of the page since this was asked last: changes of the DOM, frames asked for. */
function since(): readonly [number, number] {
  const counts = [changes.takeRecords().length, frames.mock.calls.length] as const;
  frames.mockClear();
  return counts;
}

/** Views of a live stream in one page. */
function show(views = 1): void {
  const streams = new Streams(liveSocket(), page.signal);
  for (let i = 0; i < views; i++) {
    const feed = streams.join(ID, page.signal);
    streams.begin(feed);
    document.body.append(new View(feed, page.signal).element);
  }
  FakeSocket.last.open();
  say(state());
  const everything = { attributes: true, characterData: true, childList: true, subtree: true };
  changes.observe(document.body, everything);
  since();
}

function say(message: object): void {
  FakeSocket.last.say(message, 1);
}

function subscriptions(): number {
  return FakeSocket.last.sent.filter(({ type }) => type === 'subscribe').length;
}

/** How many timers fire within some milliseconds. */
function wakeUps(time: number): number {
  const end = performance.now() + time;
  let count = 0;
  while (vi.getTimerCount() > 0 && performance.now() < end) {
    vi.advanceTimersToNextTimer();
    count += 1;
  }
  return count;
}

describe('a page', () => {
  it('draws all that comes within a frame at once', () => {
    show();
    for (const delta of WORDS) say(deltas(delta));
    expect(since()).toEqual([0, 1]);
    vi.advanceTimersByTime(FRAME);
    const [changed, more] = since();
    // A paragraph each, and what the view tells of itself.
    expect(changed).toBeLessThanOrEqual(PARAGRAPHS + 10);
    expect(more).toBe(0);
    expect(document.querySelectorAll('.nbps-md p')).toHaveLength(PARAGRAPHS);
  });

  it('changes little for a delta, late as early', () => {
    show();
    for (const half of [WORDS.slice(0, COUNT / 2), WORDS.slice(COUNT / 2)]) {
      for (const delta of half) {
        say(deltas(delta));
        vi.advanceTimersByTime(FRAME);
      }
      const [changed, more] = since();
      // Its text, and what the view tells: how many characters, and up to where.
      expect(changed).toBeLessThanOrEqual(3 * half.length + PARAGRAPHS);
      expect(more).toBe(half.length);
    }
  });

  it('wakes up about once a second while nothing is said', () => {
    show();
    say(deltas(...WORDS));
    vi.advanceTimersByTime(1_000);
    since();
    expect(wakeUps(60_000)).toBeLessThanOrEqual(70);
    const [changed, more] = since();
    expect(changed).toBeLessThanOrEqual(70);
    expect(more).toBe(0);
  });

  it('has nothing to do once the stream has ended', () => {
    show();
    say(deltas(...WORDS));
    say(state({ status: 'done', length: LENGTH }));
    vi.advanceTimersByTime(60_000);
    since();
    expect([vi.getTimerCount(), since()]).toEqual([0, [0, 0]]);
  });

  it('follows a stream once, however many views it has', () => {
    show(2);
    say(deltas(...WORDS));
    expect([subscriptions(), since()]).toEqual([1, [0, 2]]);
  });
});
