import { describe, expect, it, vi } from 'vitest';
import { listed } from '../../fakes';
import {
  FakeLists,
  focused,
  names,
  onEmptyPage,
  one,
  panelOf,
  press,
  settle,
  shown,
} from './fakes';

onEmptyPage();

describe('the panel', () => {
  it('loads and asks only while it is shown', async () => {
    const lists = new FakeLists(3);
    const load = vi.fn(async () => ({ mount: () => {}, list: lists.follow }));
    const { panel } = panelOf(lists, { load });
    panel.turn();
    panel.resize();
    await settle();
    expect([load.mock.calls.length, lists.asked.length]).toEqual([0, 0]);
    panel.show();
    panel.hide();
    await settle();
    expect(lists.asked).toEqual([]);
    panel.show();
    await settle();
    expect(lists.asked).toHaveLength(1);
    panel.hide();
    expect([lists.receiver, vi.getTimerCount()]).toEqual([null, 0]);
  });

  it('says how a stream stands, whose it is and when it was', async () => {
    const { lists, grid, total } = await shown(0);
    const live = { status: 'streaming', finished_at: null, elapsed: 61, title: null } as const;
    const streams = [
      listed({ stream_id: 'b', ...live, prompt: 'Why <b>not</b>?' }),
      listed({ stream_id: 'a', status: 'error', title: '<img src=x onerror=alert(1)>' }),
    ];
    lists.say({ type: 'list', total: 2, first: 0, streams });
    const rows = [...grid.querySelectorAll('.nbps-row')];
    expect(rows.map((row) => row.getAttribute('aria-label'))).toEqual([
      'Streaming: Why <b>not</b>?, gpt-5-mini, folder/a.ipynb, 1 min 01 s',
      'Failed: <img src=x onerror=alert(1)>, gpt-5-mini, folder/a.ipynb, 2 min ago',
    ]);
    expect(grid.querySelector('img, b')).toBeNull();
    expect(rows[0]?.querySelector('.nbps-row-facts')?.textContent).toBe(
      'Streaming · gpt-5-mini · a.ipynb',
    );
    expect(total()).toBe('2 streams');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(rows[0]?.querySelector('.nbps-row-time')?.textContent).toBe('1 min 05 s');
  });

  it('has few rows there, of however many, and asks for what comes into sight', async () => {
    const { grid, lists, total, row } = await shown(10_000);
    expect([names(grid).length, total()]).toEqual([14, '10,000 streams']);
    expect(grid.getAttribute('aria-rowcount')).toBe('10000');
    grid.scrollTop = 5_000 * 46;
    grid.dispatchEvent(new Event('scroll'));
    await settle();
    expect(row(5_001).getAttribute('aria-label')).toContain('Title of s5000');
    // The one that Tab leads to is there as well.
    expect([names(grid).length, row(1).tabIndex]).toEqual([19, 0]);
    expect(lists.asked.length).toBe(2);
  });

  it('keeps what the reader looks at where it is while streams begin', async () => {
    const { grid, lists, row } = await shown(1_000);
    lists.grow();
    expect([grid.scrollTop, names(grid)[0]]).toEqual([0, 'Title of s1001']);
    grid.scrollTop = 30 * 46 + 7;
    grid.dispatchEvent(new Event('scroll'));
    await settle();
    row(32).focus();
    const before = names(grid).slice(-14);
    lists.grow(2);
    expect([grid.scrollTop, names(grid).slice(-14)]).toEqual([32 * 46 + 7, before]);
    expect(focused()).toBe('34');
    expect(lists.asked.length).toBeLessThan(4);
  });

  it('narrows down by words, once the reader pauses, and by kind', async () => {
    const { search, lists, choose, panel } = await shown(5);
    for (const value of ['w', 'wa', 'wal mode']) {
      search.value = value;
      search.dispatchEvent(new Event('input'));
      await vi.advanceTimersByTimeAsync(100);
    }
    await settle();
    expect(lists.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    choose('Running');
    choose('This notebook');
    one(panel.element, '[aria-label="Clear the search"]').click();
    expect(document.activeElement).toBe(search);
    expect(lists.asked.map(({ query }) => query)).toEqual([
      {},
      { search: 'wal mode' },
      { search: 'wal mode', live: true },
      { search: 'wal mode', notebook: 'folder/a.ipynb' },
      { notebook: 'folder/a.ipynb' },
    ]);
  });

  it('follows the reader to another notebook', async () => {
    let notebook: string | null = 'one.ipynb';
    const { lists, choose, panel, empty } = await shown(2, { notebook: () => notebook });
    choose('This notebook');
    notebook = null;
    panel.turn();
    expect([lists.receiver, empty().textContent]).toEqual([
      null,
      'No notebook is open. Open one to see its streams here.',
    ]);
    notebook = 'two.ipynb';
    panel.turn();
    panel.turn();
    await settle();
    expect(lists.asked.slice(1).map(({ query }) => query)).toEqual([
      { notebook: 'one.ipynb' },
      { notebook: 'two.ipynb' },
    ]);
    expect(empty().hidden).toBe(true);
  });

  it('says why there is nothing', async () => {
    const { lists, choose, empty, search, grid } = await shown(0);
    expect(empty().textContent).toBe('No streams yet. Run a cell with stream("…").');
    choose('Running');
    expect(empty().textContent).toBe('No stream is running.');
    search.value = 'x';
    search.dispatchEvent(new Event('input'));
    press('Enter', search);
    expect(empty().textContent).toContain('No stream matches');
    lists.receiver?.refuse({ type: 'forbidden', message: 'Log in again.' });
    expect([empty().textContent, grid.hidden]).toEqual(['Log in again.', true]);
  });

  it('says that the viewer could not be loaded', async () => {
    const load = () => Promise.reject(new Error('gone'));
    const { empty } = await shown(0, { load });
    expect(empty().textContent).toMatch(/could not be loaded.*gone.*Reload the page/);
  });

  it('says that it reconnects', async () => {
    const { lists, panel } = await shown(1);
    lists.receiver?.connected(false);
    expect(panel.element.classList).toContain('nbps-mod-reconnecting');
    lists.receiver?.connected(true);
    expect(panel.element.classList).not.toContain('nbps-mod-reconnecting');
  });
});

describe('the pointer', () => {
  it('opens by a click on the row, and not by one on a button', async () => {
    const { row, act } = await shown(2);
    one(row(2), '.nbps-row-copy').click();
    row(2).click();
    expect(act.mock.calls.map(([what]) => what)).toEqual(['copy', 'open']);
  });

  it('chooses the row that its menu is asked for', async () => {
    const { row, panel } = await shown(3);
    expect(panel.chosen).toBeNull();
    row(2).dispatchEvent(new Event('contextmenu', { bubbles: true }));
    expect(panel.chosen?.stream_id).toBe('s2');
    expect(row(2).getAttribute('aria-selected')).toBe('true');
    panel.hide();
    expect(panel.chosen).toBeNull();
  });

  it('has the focus back from a menu, once', async () => {
    const { row, panel, search } = await shown(3);
    search.focus();
    panel.closeMenu();
    expect(document.activeElement).toBe(search);
    row(2).dispatchEvent(new Event('contextmenu', { bubbles: true }));
    panel.closeMenu();
    expect(document.activeElement).toBe(row(2));
    search.focus();
    panel.closeMenu();
    expect(document.activeElement).toBe(search);
  });
});
