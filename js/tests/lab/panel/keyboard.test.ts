import { describe, expect, it } from 'vitest';
import { listed, listing } from '../../fakes';
import { focused, onEmptyPage, one, press, settle, shown } from './fakes';

onEmptyPage();

describe('the keyboard', () => {
  it('goes from the search into the list, and through all of it', async () => {
    const { search, lists, grid } = await shown(1_000);
    search.focus();
    press('ArrowDown');
    expect(focused()).toBe('1');
    const visited = ['ArrowDown', 'PageDown', 'ArrowUp', 'End', 'PageUp', 'Home'].map((key) => {
      press(key);
      return focused();
    });
    expect(visited).toEqual(['2', '11', '10', '1000', '991', '1']);
    press('End');
    await settle();
    expect(document.activeElement?.getAttribute('aria-label')).toContain('Title of s1,');
    expect(grid.scrollTop).toBe(1_000 * 46 - 460);
    expect(lists.asked.length).toBeLessThanOrEqual(4);
  });

  it('opens, deletes, and reaches every button', async () => {
    const { row, act, lists } = await shown(2);
    const streams = [
      listed({ stream_id: 'b', status: 'streaming', finished_at: null }),
      listed({ stream_id: 'a' }),
    ];
    lists.say({ type: 'list', total: 2, first: 0, streams });
    row(1).focus();
    press('Enter');
    press('F2');
    press('Delete');
    for (let at = 0; at < 5; at++) {
      press('ArrowRight');
      (document.activeElement as HTMLElement).click();
    }
    press('ArrowLeft');
    press('ArrowDown');
    press('ArrowRight');
    (document.activeElement as HTMLElement).click();
    expect(act.mock.calls.map(([what, { stream_id: id }]) => [what, id])).toEqual([
      ['open', 'b'],
      ['rename', 'b'],
      ['delete', 'b'],
      ['stop', 'b'],
      ['insert', 'b'],
      ['copy', 'b'],
      ['delete', 'b'],
      ['delete', 'b'],
      ['insert', 'a'],
    ]);
  });

  it('keeps the focus when the stream under it ends, or is deleted', async () => {
    const { row, lists } = await shown(2);
    const live = listed({ stream_id: 'b', status: 'streaming', finished_at: null });
    const other = listed({ stream_id: 'a' });
    lists.say({ type: 'list', total: 2, first: 0, streams: [live, other] });
    one(row(1), '.nbps-row-stop').focus();
    const ended = { ...live, status: 'cancelled', finished_at: 1.7e9 } as const;
    lists.say({ type: 'list', total: 2, first: 0, streams: [ended, other] });
    expect(document.activeElement).toBe(row(1));
    lists.say({ type: 'list', total: 1, first: 0, streams: [other] });
    expect(document.activeElement).toBe(row(1));
    lists.say(listing(0));
    expect(document.activeElement?.getAttribute('role')).toBe('searchbox');
  });

  it('says why a thing cannot be done', async () => {
    const hindrance = (what: string) => (what === 'insert' ? 'Open a notebook first.' : '');
    const { row } = await shown(1, { hindrance });
    const button = one(row(1), '.nbps-row-insert');
    expect([button.getAttribute('aria-disabled'), button.title]).toEqual([
      'true',
      'Open a notebook first.',
    ]);
  });
});
