import { describe, expect, it } from 'vitest';
import { deltas, FakeResizeObserver, state, text } from '../fakes';
import { find, onStage, say, show, showAgain, view } from './stage';

onStage();

const thoughts = text(0, 'Hm', 'reasoning');
const first = { ...text(2, '{"q": 1}', 'tool_call'), meta: { index: 0, name: 'search' } };
const second = { ...text(10, '{"q": 2}', 'tool_call'), meta: { index: 1, name: 'fetch' } };
const ended = state({ status: 'done', length: 26 });

/** What was said, in the pieces that a kernel sends, or in those of a server. */
function tell(cut = false): void {
  const answer = cut ? [text(18, '*Yes*'), text(23, ' no')] : [text(18, '*Yes* no')];
  say(state(), deltas(thoughts, first, second, ...answer), ended);
}

const folds = () => [...view.element.querySelectorAll('details')];
const open = () => folds().map((fold) => fold.open);
const raw = () => find('.nbps-raw-button');
const expand = () => find('.nbps-expand');

/** The body is laid out, and is too high. */
function overflow(): void {
  Object.defineProperties(find('.nbps-scroller'), {
    scrollHeight: { value: 900 },
    clientHeight: { value: 400 },
  });
  FakeResizeObserver.tell(find('.nbps-content'));
}

describe('a view that is made anew', () => {
  it('goes by itself where the reader chose nothing', () => {
    tell();
    expect(open()).toEqual([false, true, true]);
    showAgain();
    tell();
    expect([...open(), raw().ariaPressed]).toEqual([false, true, true, 'false']);
  });

  it('has the sections open and folded as the reader left them', () => {
    tell();
    for (const at of [0, 2]) folds()[at]?.querySelector('summary')?.click();
    expect(open()).toEqual([true, true, false]);
    showAgain();
    tell(true);
    expect(open()).toEqual([true, true, false]);
    folds()[0]?.querySelector('summary')?.click();
    showAgain();
    tell();
    expect(open()).toEqual([false, true, false]);
  });

  it('is raw or rendered as the reader left it', () => {
    tell();
    raw().click();
    showAgain();
    tell();
    expect(raw().getAttribute('aria-pressed')).toBe('true');
    expect(find('.nbps-content').textContent).toContain('*Yes* no');
    raw().click();
    showAgain();
    tell();
    expect(raw().getAttribute('aria-pressed')).toBe('false');
    expect(view.element.querySelector('.nbps-md em')?.textContent).toBe('Yes');
  });

  it('is as high as the reader left it', () => {
    tell();
    overflow();
    expand().click();
    showAgain();
    tell();
    expect(find('.nbps-box').hasAttribute('data-expanded')).toBe(true);
    expect([expand().hidden, expand().textContent]).toEqual([false, 'Collapse']);
    expand().click();
    showAgain();
    expect(find('.nbps-box').hasAttribute('data-expanded')).toBe(false);
  });

  it('of another stream knows nothing of it', () => {
    tell();
    raw().click();
    folds()[0]?.querySelector('summary')?.click();
    show('');
    tell();
    expect([...open(), raw().getAttribute('aria-pressed')]).toEqual([false, true, true, 'false']);
  });
});
