import type { LabIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamRecord } from '../../src/lab/rest';
import { followWhileSeen, RunningStreams } from '../../src/lab/running';
import { findServer } from '../../src/page';
import { make } from '../../src/view/dom';
import { jupyterPage } from '../fakes';
import { record } from './fakes';
import { FakeLists } from './panel/fakes';

const requests = () => vi.mocked(fetch).mock.calls.map(([url]) => String(url).split('/v1/')[1]);
const open = vi.fn();
let live: StreamRecord[];
let list: RunningStreams;

beforeEach(() => {
  vi.useFakeTimers();
  jupyterPage();
  live = [record({ stream_id: 'a', title: 'Summary' })];
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => Response.json({ streams: live })),
  );
  const server = findServer();
  if (!server) throw new Error('the page names a server');
  list = new RunningStreams(server, { Signal, textEditorIcon: {} as LabIcon, open });
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the panel of running sessions', () => {
  it('fetches when it is opened, and not before', async () => {
    const changed = vi.fn();
    list.runningChanged.connect(changed);
    expect([list.running(), requests()]).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(5_000);
    list.running();
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).toHaveBeenCalledOnce();
    expect(list.running()).toHaveLength(1);
    expect(requests()).toEqual(['streams?status=pending&status=streaming&limit=500']);
  });

  it('says what a stream is, opens its notebook and stops it', async () => {
    list.refreshRunning();
    await vi.advanceTimersByTimeAsync(0);
    const [item] = list.running();
    expect([item?.label(), item?.labelTitle?.(), item?.detail?.()]).toEqual([
      'Summary',
      'a\na.ipynb',
      'streaming',
    ]);
    item?.open?.();
    expect(open).toHaveBeenCalledWith('a.ipynb');
    live = [];
    item?.shutdown?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toContain('streams/a/cancel');
    expect(list.running()).toEqual([]);
  });

  it('follows the live list while it is seen, and fetches nothing', async () => {
    const lists = new FakeLists(2);
    let see = (_seen: boolean) => {};
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
          see = (isIntersecting) => tell([{ isIntersecting }]);
        }
        observe() {}
      },
    );
    document.body.append(make('div', 'jp-RunningSessions'));
    followWhileSeen(list, async () => ({ mount() {}, list: lists.follow }));
    see(true);
    see(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(lists.asked).toEqual([]);
    see(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lists.asked).toEqual([{ query: { live: true }, first: 0, count: 200 }]);
    expect(list.running()).toHaveLength(2);
    const changed = vi.fn();
    list.runningChanged.connect(changed);
    lists.grow(0);
    expect(changed).not.toHaveBeenCalled();
    lists.grow(1);
    expect([changed.mock.calls.length, requests()]).toEqual([1, []]);
    see(false);
    expect(lists.receiver).toBeNull();
  });

  it('stops all', async () => {
    live = [record({ stream_id: 'a' }), record({ stream_id: 'b' })];
    list.refreshRunning();
    await vi.advanceTimersByTimeAsync(0);
    list.shutdownAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toEqual(expect.arrayContaining(['streams/a/cancel', 'streams/b/cancel']));
  });
});
