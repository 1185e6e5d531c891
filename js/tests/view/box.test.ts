import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deltas, FakeResizeObserver, state, text } from '../fakes';
import { find, onStage, say } from './stage';

onStage();

const HEIGHT = 400;

let scroller: HTMLElement;
/** How high the body is. */
let body = 0;
let top = 0;

/** A layout, for jsdom has none: what scrolls is as high as HEIGHT, unless it is expanded. */
beforeEach(() => {
  [body, top] = [0, 0];
  scroller = find('.nbps-scroller');
  const expanded = () => find('.nbps-box').hasAttribute('data-expanded');
  const height = () => (expanded() ? body : Math.min(body, HEIGHT));
  Object.defineProperties(scroller, {
    clientHeight: { get: height },
    scrollHeight: { get: () => body },
    scrollTop: {
      get: () => top,
      set: (value: number) => {
        top = Math.max(0, Math.min(value, body - height()));
      },
    },
  });
});

function grow(height: number): void {
  body = height;
  FakeResizeObserver.tell(find('.nbps-content'));
}

function scrollTo(place: number): void {
  scroller.scrollTop = place;
  scroller.dispatchEvent(new Event('scroll'));
}

const jump = () => find('.nbps-jump') as HTMLButtonElement;
const expand = () => find('.nbps-expand') as HTMLButtonElement;

describe('a body that grows', () => {
  beforeEach(() => {
    say(state());
    vi.advanceTimersByTime(1_000);
  });

  it('is kept at its end', () => {
    grow(300);
    expect([top, jump().hidden, expand().hidden]).toEqual([0, true, true]);
    grow(900);
    expect([top, jump().hidden, expand().hidden]).toEqual([500, true, false]);
    grow(1_000);
    expect(top).toBe(600);
  });

  it('is let go of when the reader scrolls up, until the end is reached again', () => {
    grow(1_000);
    scrollTo(550);
    grow(1_500);
    expect([top, jump().hidden]).toEqual([550, false]);
    scrollTo(700);
    grow(1_600);
    expect(top).toBe(700);
    scrollTo(1_200);
    grow(1_700);
    expect([top, jump().hidden]).toEqual([1_300, true]);
  });

  it.each([
    ['the wheel', () => new WheelEvent('wheel', { deltaY: -1 })],
    ['PageUp', () => new KeyboardEvent('keydown', { key: 'PageUp' })],
    ['Shift and space', () => new KeyboardEvent('keydown', { key: ' ', shiftKey: true })],
  ])('is let go of at the first touch of %s', (_, event) => {
    grow(1_000);
    scroller.dispatchEvent(event());
    scrollTo(599);
    grow(1_100);
    expect(top).toBe(599);
  });

  it.each([
    ['the wheel', () => new WheelEvent('wheel', { deltaY: 1 })],
    ['PageDown', () => new KeyboardEvent('keydown', { key: 'PageDown' })],
    ['End', () => new KeyboardEvent('keydown', { key: 'End' })],
  ])('is held again when the reader turns round by %s before anything has moved', (_, event) => {
    grow(1_000);
    scroller.dispatchEvent(new KeyboardEvent('keydown', { key: 'PageUp' }));
    scroller.dispatchEvent(event());
    grow(1_100);
    expect([top, jump().hidden]).toEqual([700, true]);
  });

  it('is not held by the wheel away from its end, and is by End', () => {
    grow(1_000);
    scrollTo(100);
    scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: 1 }));
    grow(1_100);
    expect(top).toBe(100);
    scroller.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }));
    expect(top).toBe(700);
  });

  it.each([
    ['the wheel downwards', () => new WheelEvent('wheel', { deltaY: 1 })],
    ['a zoom', () => new WheelEvent('wheel', { deltaY: -1, ctrlKey: true })],
    ['another key', () => new KeyboardEvent('keydown', { key: 'c' })],
  ])('is held in spite of %s', (_, event) => {
    grow(1_000);
    scroller.dispatchEvent(event());
    grow(1_100);
    expect(top).toBe(700);
  });

  it('is let go of while something in it is selected', () => {
    say(deltas(text(0, 'Some words')));
    grow(1_000);
    document.getSelection()?.selectAllChildren(find('.nbps-body'));
    document.dispatchEvent(new Event('selectionchange'));
    grow(1_100);
    expect(top).toBe(600);
  });

  it('is held when it becomes shorter: a thought is folded', () => {
    grow(1_000);
    body = 700;
    scrollTo(600);
    grow(800);
    expect([top, jump().hidden]).toEqual([400, true]);
  });

  it('jumps to the latest when told to, and the keyboard stays there', () => {
    grow(1_000);
    scrollTo(100);
    grow(1_500);
    jump().focus();
    jump().click();
    expect([top, jump().hidden]).toEqual([1_100, true]);
    expect(document.activeElement).toBe(scroller);
  });

  it('jumps to the latest also from a scroll that is still under way', () => {
    grow(1_000);
    scrollTo(300);
    jump().click();
    scrollTo(250);
    expect(top).toBe(600);
    scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
    scrollTo(550);
    grow(1_100);
    expect(top).toBe(550);
  });

  it('is kept at its end for its last words, which come after it is said to be done', () => {
    grow(1_000);
    say(state({ status: 'done' }));
    grow(1_200);
    expect([top, jump().hidden]).toEqual([800, true]);
  });

  it('stays where the reader is once it is whole', () => {
    grow(1_000);
    scrollTo(100);
    say(state({ status: 'done' }));
    grow(1_200);
    scrollTo(800);
    grow(1_300);
    expect([top, jump().hidden]).toEqual([800, true]);
  });
});

describe('a body that is whole', () => {
  it('is read from its beginning', () => {
    say(state({ status: 'done' }));
    grow(1_000);
    expect([top, expand().hidden]).toEqual([0, false]);
  });

  it('is shown in full when the reader wants it, and within its bound again', () => {
    say(state({ status: 'done' }));
    grow(1_000);
    expect([scroller.tabIndex, scroller.getAttribute('aria-label')]).toEqual([
      0,
      'Text of the stream',
    ]);
    expand().click();
    grow(1_000);
    expect([expand().textContent, expand().hidden]).toEqual(['Collapse', false]);
    // What does not scroll needs no place among what is reached by Tab.
    expect(scroller.hasAttribute('tabindex')).toBe(false);
    expand().click();
    expect([expand().textContent, top]).toEqual(['Expand', 600]);
  });
});
