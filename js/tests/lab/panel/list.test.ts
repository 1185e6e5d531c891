import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamList } from '../../../src/lab/panel/list';
import { FakeLists } from './fakes';

let page: AbortController;
const changed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  changed.mockClear();
  page = new AbortController();
});

afterEach(() => {
  page.abort();
  vi.useRealTimers();
});

async function opened(lists: FakeLists, { signal } = page): Promise<StreamList> {
  const list = new StreamList(changed, signal);
  list.open(lists.follow);
  await vi.advanceTimersByTimeAsync(0);
  return list;
}

describe('the list of streams', () => {
  it('asks for nothing before it is opened, and is told nothing once it is closed', async () => {
    const lists = new FakeLists(5);
    const list = new StreamList(changed, page.signal);
    list.search({ live: true });
    list.look(0, 10);
    expect([list.total, lists.asked]).toEqual([null, []]);
    list.open(lists.follow);
    await vi.advanceTimersByTimeAsync(0);
    expect([list.total, lists.asked]).toEqual([
      5,
      [{ query: { live: true }, first: 0, count: 60 }],
    ]);
    list.close();
    expect(lists.receiver).toBeNull();
  });

  it('knows, wherever the reader looks, what is to be seen there', async () => {
    const to = fc.oneof(
      fc.record({ jump: fc.nat(12_000) }),
      fc.record({ step: fc.integer({ min: -30, max: 30 }) }),
    );
    const looks = fc.array(fc.tuple(to, fc.integer({ min: 1, max: 150 }), fc.nat(200)), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), looks, async (total, all) => {
        const lists = new FakeLists(total);
        const list = await opened(lists, new AbortController());
        let first = 0;
        for (const [where, seen, wait] of all) {
          const wanted = 'jump' in where ? where.jump : first + where.step;
          first = Math.max(0, Math.min(wanted, total));
          const end = Math.min(first + seen, total);
          list.look(first, end);
          await vi.advanceTimersByTimeAsync(wait);
          if (wait < 100) continue;
          for (let at = first; at < end; at++) expect(list.at(at)).not.toBeNull();
        }
        expect(lists.asked.every(({ first, count }) => first >= 0 && count <= 200)).toBe(true);
        expect(lists.asked.length).toBeLessThanOrEqual(1 + 2 * all.length);
        list.close();
      }),
      { numRuns: 40 },
    );
  });

  it('asks seldom while the reader scrolls line by line', async () => {
    const lists = new FakeLists(10_000);
    const list = await opened(lists);
    for (let from = 0; from < 200; from++) {
      list.look(from, from + 25 + (from % 2));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(lists.asked.length).toBeLessThan(25);
  });

  it('asks ten times a second at most while the reader scrolls fast', async () => {
    const lists = new FakeLists(10_000);
    const list = await opened(lists);
    for (let from = 0; from < 9_000; from += 100) {
      list.look(from, from + 20);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(lists.asked.length).toBeLessThanOrEqual(12);
    expect(list.at(8_910)?.stream_id).toBe('s1090');
  });

  it('holds no list at all where there is no notebook', async () => {
    const lists = new FakeLists(3);
    const list = await opened(lists);
    list.search(null);
    expect([list.total, lists.receiver]).toEqual([0, null]);
    list.search({ notebook: 'a.ipynb' });
    await vi.advanceTimersByTimeAsync(0);
    expect(list.total).toBe(3);
  });

  it('says why it has nothing, and asks again when the reader does', async () => {
    const lists = new FakeLists(3);
    const list = await opened(lists);
    lists.receiver?.refuse({ type: 'forbidden', message: 'Log in again.' });
    expect([list.problem?.message, list.at(0), lists.receiver]).toEqual([
      'Log in again.',
      null,
      null,
    ]);
    list.search({});
    await vi.advanceTimersByTimeAsync(0);
    expect([list.problem, list.total]).toEqual([null, 3]);
  });

  it('counts on from what the server said of a live stream', async () => {
    const lists = new FakeLists(1);
    const list = await opened(lists);
    const stream = list.at(0);
    if (!stream) throw new Error('there is one');
    vi.advanceTimersByTime(2_000);
    expect(list.elapsed({ ...stream, finished_at: null, elapsed: 3 })).toBeCloseTo(5, 1);
    expect(list.elapsed({ ...stream, elapsed: 3 })).toBe(3);
  });
});
