import { describe, expect, it, vi } from 'vitest';
import { answer } from '../../src/snapshot';
import { Body } from '../../src/view/body';
import { choicesOf } from '../../src/view/choices';
import { foldsOf } from '../../src/view/fold';
import { Prose } from '../../src/view/prose';
import { deltas, state, text } from '../fakes';
import { find, model, onStage, page, say, session, shown, view } from './stage';

onStage();

describe('body', () => {
  it('shows what is not the answer in its place', () => {
    const think = text(0, 'Hm.', 'reasoning');
    say(deltas(think, text(3, 'Yes'), text(6, '{}', 'tool_call'), text(8, '[1]', 'citation')));
    const parts = [...find('.nbps-body').children].map(({ className }) =>
      className.split(' ').at(-1),
    );
    expect(parts).toEqual(['nbps-reasoning', 'nbps-prose', 'nbps-calls', 'nbps-aside']);
    expect(find('.nbps-reasoning .nbps-md').textContent).toBe('Hm.');
    expect(find('.nbps-aside:last-child').textContent).toBe('citation[1]');
    expect(shown()).toBe('Yes');
  });

  it('shows what programs send, as far as people can read it', () => {
    const long = JSON.stringify({ a: 'x'.repeat(30), b: 'y'.repeat(30) });
    say(deltas(text(0, '# No *Markdown*\n', 'plain')));
    say(deltas(text(16, long, 'json'), text(16 + long.length, '{"no json', 'json')));
    expect(find('.nbps-plain').textContent).toBe('# No *Markdown*\n');
    const messages = [...view.element.querySelectorAll('.nbps-message')];
    expect(messages.map(({ textContent }) => textContent?.split('\n').length)).toEqual([4, 1]);
    expect(answer(session.deltas)).toBe(`# No *Markdown*\n${long}\n{"no json\n`);
  });

  it.each([
    ['lines\n', '6 bytes', true],
    ['\x00PNG', '4 bytes', false],
    ['?', '1 byte', true],
  ])('counts the bytes of %j, and opens what is text', (words, count, isOpen) => {
    say(deltas(text(0, words, 'bytes')));
    const fold = find('.nbps-aside') as HTMLDetailsElement;
    expect([find('.nbps-summary').textContent, fold.open]).toEqual([count, isOpen]);
    expect(fold.textContent).toBe(count + words);
  });

  it('keeps hostile text as text, in every place', () => {
    const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const error = { type: 'x', message: hostile };
    say(deltas(text(0, hostile), text(55, hostile, hostile)));
    say(state({ status: 'error', title: hostile, model: hostile, notice: hostile, error }));
    expect(view.element.querySelector('img, script')).toBeNull();
    expect(find('.nbps-md').textContent).toBe(hostile);
    expect(find('.nbps-ending').textContent).toBe(hostile);
  });

  it('is written once a frame, and also while the page is hidden', () => {
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run));
    model.say(deltas(text(0, 'Hel')));
    model.say(deltas(text(3, 'lo')));
    expect([find('.nbps-body').textContent, frames.length]).toEqual(['', 1]);
    vi.advanceTimersByTime(200);
    expect(find('.nbps-body').textContent).toBe('Hello');
    expect(view.element.dataset.offset).toBe('5');
  });

  it('is shown as it is written while Raw is pressed, also what comes then', () => {
    const raw = find('.nbps-raw-button') as HTMLButtonElement;
    say(deltas(text(0, 'One *two*\n\n')));
    expect(find('.nbps-body em').textContent).toBe('two');
    raw.click();
    say(deltas(text(11, '# Three')));
    expect(find('.nbps-body').textContent).toBe('One *two*\n\n# Three');
    expect(raw.getAttribute('aria-pressed')).toBe('true');
    raw.click();
    expect(find('.nbps-body').textContent).toBe('One twoThree');
    expect(find('.nbps-body h1')).not.toBeNull();
  });

  it.each([
    ['error', 'It broke.'],
    [
      'timeout',
      'The kernel went away before the model had finished. What it said until then is above.',
    ],
    ['cancelled', 'Stopped before it had finished. What it said until then is above.'],
  ] as const)('stays above the line that says how it ended: %s', (status, words) => {
    const error = { type: 'x', message: 'It broke.' };
    say(state(), deltas(text(0, 'Partial')), state({ status, error, length: 7 }));
    expect(find('.nbps-box').textContent).toContain('Partial');
    const ending = view.element.lastElementChild;
    expect([ending?.textContent, ending?.getAttribute('role')]).toEqual([words, 'alert']);
  });

  it('plays a burst and shows all of it at the end', () => {
    say(state(), deltas(text(0, 'One. ')));
    vi.advanceTimersByTime(400);
    const burst = 'word '.repeat(100);
    say(deltas(text(5, burst)));
    const { length } = shown();
    expect(length).toBeGreaterThan(5);
    expect(length).toBeLessThan(100);
    expect(view.element.dataset.offset).toBe(String(length));
    vi.advanceTimersByTime(100);
    expect(shown().length).toBeLessThan(300);
    say(state({ status: 'done', length: 505 }));
    expect(shown()).toBe(`One. ${burst}`);
  });

  it.each(['hidden', 'motionless'])('is not played while the page is %s', (how) => {
    if (how === 'hidden') vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    else vi.stubGlobal('matchMedia', () => ({ matches: true }));
    say(state(), deltas(text(0, 'One. ')));
    vi.advanceTimersByTime(400);
    say(deltas(text(5, 'word '.repeat(100))));
    expect(shown()).toHaveLength(505);
  });
});

describe('a body of many parts', () => {
  it('looks at none that was rendered, however many there are', () => {
    const { signal } = page;
    const newFold = foldsOf(choicesOf('many'), signal);
    const body = new Body(
      newFold,
      () => null,
      () => {},
      signal,
    );
    const kinds = Array.from({ length: 200 }, (_, n) => (n % 2 ? 'text' : 'reasoning'));
    body.append(kinds.map((kind, offset) => text(offset, 'x', kind)));
    while (body.pending) body.step(1_000);
    const looks = vi.spyOn(Prose.prototype, 'pending', 'get');
    body.append([text(200, 'y', 'text')]);
    while (body.pending) body.step(1_000);
    expect(body.markdown).toBe(`${'x'.repeat(100)}y`);
    expect(looks.mock.calls.length).toBeLessThan(10);
  });
});
