import { describe, expect, it, vi } from 'vitest';
import type { StreamState } from '../../src/protocol';
import { deltas, failure, state, text } from '../fakes';
import { find, onStage, say, session, show, view } from './stage';

onStage();

describe('header', () => {
  const error = { type: 'rate-limit', message: 'Too many requests. Wait a minute.' };
  const ends: [Partial<StreamState>, string, string][] = [
    [{ status: 'pending' }, 'Waiting', ''],
    [{ status: 'streaming' }, 'Streaming', ''],
    [{ status: 'done' }, 'Done', ''],
    [{ status: 'cancelled' }, 'Stopped', 'Stopped before it had said anything.'],
    [{ status: 'error', error }, 'Failed', error.message],
    [
      { status: 'timeout' },
      'Interrupted',
      'The kernel went away before the model had said anything.',
    ],
  ];

  it.each(ends)('of %o', (change, word, sentence) => {
    say(state(change));
    expect(find('.nbps-status').textContent).toBe(word);
    expect(find('.nbps-ending').textContent).toBe(sentence);
    expect(view.element.dataset).toMatchObject({
      streamId: session.streamId,
      status: change.status,
      source: 'kernel',
    });
  });

  it('names the stream by its title, or else its model', () => {
    say(state());
    expect(view.element.getAttribute('aria-label')).toBe('Stream: gpt-5-mini');
    say(state({ title: 'Summary' }));
    expect(view.element.getAttribute('aria-label')).toBe('Stream: Summary');
    expect(find('.nbps-title').textContent).toBe('Summary');
  });

  it('names what it comes from', () => {
    say(state());
    expect(find('.nbps-link').textContent).toBe('');
    say(state({ link: { stream_id: 'other', relation: 'reply' } }));
    expect(find('.nbps-link').textContent).toBe('reply to other');
    expect(find('.nbps-link').tagName).toBe('SPAN');
    say(state({ link: { stream_id: 'other', relation: 'retry' } }));
    expect(find('.nbps-link').textContent).toBe('retry of other');
  });

  it('shows what it comes from, where the page can', () => {
    const open = vi.fn();
    show('', { open });
    say(state({ link: { stream_id: 'other', relation: 'reply' } }));
    find('.nbps-link').click();
    expect(open).toHaveBeenCalledExactlyOnceWith('other');
  });

  it('does not pass the demo off as a model', () => {
    say(state({ model: 'demo', provider: 'demo' }));
    expect(find('.nbps-model').textContent).toBe('demo model, no provider');
  });

  it('counts seconds and characters, and announces neither', () => {
    say(
      state({ elapsed: 58.2 }),
      deltas(text(0, '語😀'.repeat(1_000)), text(7_000, 'x', 'reasoning')),
    );
    expect(find('.nbps-elapsed').textContent).toBe('58 s');
    expect(find('.nbps-count').textContent).toBe('2,000 characters');
    vi.advanceTimersByTime(3_000);
    expect(find('.nbps-elapsed').textContent).toBe('1 min 01 s');
    say(state({ status: 'done', elapsed: 61.5, length: 7_001 }));
    vi.advanceTimersByTime(5_000);
    expect(find('.nbps-elapsed').textContent).toBe('1 min 01 s');
    const announced = [...view.element.querySelectorAll('[role=status]')];
    expect(announced.map((element) => element.textContent)).toEqual(['Done']);
  });

  it('shows a notice, and that nobody can be asked', () => {
    say(state({ notice: 'Not saved: the disk is full.' }));
    expect(find('.nbps-notice').textContent).toBe('Not saved: the disk is full.');
    say(failure('unavailable', 'The store is locked.'));
    expect(find('.nbps-explanation').textContent).toBe('The store is locked.');
  });

  it('has the tokens that the provider counted, at the end', () => {
    const usage = { prompt_tokens: 1_234, completion_tokens: 567, total_tokens: 1_801 };
    say(state({ elapsed: 9.9 }), deltas(text(0, 'Yes')));
    expect([find('.nbps-usage').textContent, find('.nbps-speed').textContent]).toEqual(['', '']);
    say(state({ status: 'done', length: 3, elapsed: 9.9, usage }));
    expect(find('.nbps-usage').textContent).toBe('1,234 tokens in · 567 out');
    expect(find('.nbps-speed').textContent).toBe('57 tokens/s');
    expect(find('.nbps-count').hidden).toBe(true);
  });

  it.each([
    [{ input_tokens: 1, output_tokens: 20 }, '1 token in · 20 out', '2.0 tokens/s'],
    [{ completion_tokens: 7_000 }, '7,000 tokens out', '700 tokens/s'],
    [{ prompt_tokens: 5 }, '5 tokens in', ''],
    [{ prompt_tokens: 5, completion_tokens: 0 }, '5 tokens in · 0 out', ''],
    [{ prompt_tokens: '<b>', completion_tokens: -1 }, '', ''],
    [{ prompt_tokens: 5, cost: 0.001_234 }, '5 tokens in · $0.0012', ''],
    [{ completion_tokens: 5, cost: 12.349 }, '5 tokens out · $12.35', '0.5 tokens/s'],
    [{ cost: 3 }, '$3.00', ''],
    [{ prompt_tokens: 5, cost: 0 }, '5 tokens in', ''],
    [{ cost: { total: 1 } }, '', ''],
    [null, '', ''],
  ])('says no more than the provider did: %o', (usage, words, speed) => {
    say(deltas(text(0, 'Yes')), state({ status: 'done', length: 3, elapsed: 10, usage }));
    expect(find('.nbps-usage').textContent).toBe(words);
    expect(find('.nbps-speed').textContent).toBe(speed);
    expect(find('.nbps-count').hidden).toBe(words !== '');
  });

  it.each([
    ['stop', ''],
    ['tool_calls', ''],
    [null, ''],
    ['length', 'cut off at the length limit'],
    ['content_filter', "stopped by the provider's filter"],
    ['toString', 'ended by “toString”'],
  ])('says why a model ended unless it was simply finished: %o', (reason, words) => {
    say(state({ status: 'done', finish_reason: reason }));
    expect(find('.nbps-finish').textContent).toBe(words);
  });
});
