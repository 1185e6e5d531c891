import { describe, expect, it, vi } from 'vitest';
import type { Rerun } from '../../src/registry';
import { storedWords } from '../../src/view/words';
import { deltas, state, text } from '../fakes';
import { find, onStage, say, show } from './stage';

onStage();

const DONE = { status: 'done', length: 3, finished_at: 1.7e9 + 3 } as const;

class FakeRerun implements Rerun {
  possible = true;
  finish: () => void = () => {};
  readonly run = vi.fn(() => new Promise<void>((resolve) => (this.finish = resolve)));
  #listener = () => {};

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  become(possible: boolean): void {
    this.possible = possible;
    this.#listener();
  }
}

describe('a reused stream', () => {
  it('says how old its answer is', () => {
    show('', { reused: true });
    vi.setSystemTime((1.7e9 + 3 + 3 * 86_400) * 1_000);
    say(deltas(text(0, 'Yes')), state(DONE));
    expect(find('.nbps-stored').textContent).toBe('stored 3 days ago');
  });

  it('is run anew when the reader asks for it, once', async () => {
    const rerun = new FakeRerun();
    show('', { reused: true, rerun });
    const button = find('.nbps-rerun') as HTMLButtonElement;
    say(deltas(text(0, 'Yes')), state());
    expect(button.hidden).toBe(true);
    say(state(DONE));
    expect(button.hidden).toBe(false);
    button.click();
    button.click();
    expect([rerun.run.mock.calls.length, button.disabled]).toEqual([1, true]);
    rerun.finish();
    await vi.waitFor(() => expect(button.disabled).toBe(false));
  });

  it('can be run anew only while there is a kernel', () => {
    const rerun = new FakeRerun();
    rerun.possible = false;
    show('', { reused: true, rerun });
    say(deltas(text(0, 'Yes')), state(DONE));
    expect(find('.nbps-rerun').hidden).toBe(true);
    rerun.become(true);
    expect(find('.nbps-rerun').hidden).toBe(false);
    rerun.become(false);
    expect(find('.nbps-rerun').hidden).toBe(true);
  });

  it('is what it says only where it was reused', () => {
    show('', { rerun: new FakeRerun() });
    say(deltas(text(0, 'Yes')), state(DONE));
    expect(find('.nbps-stored').textContent).toBe('');
    expect(find('.nbps-rerun').hidden).toBe(true);
  });

  it.each([
    [0, 'stored just now'],
    [59, 'stored just now'],
    [60, 'stored 1 minute ago'],
    [7_199, 'stored 1 hour ago'],
    [86_400, 'stored yesterday'],
    [400 * 86_400, 'stored 400 days ago'],
    [-5, 'stored just now'],
  ])('tells %d seconds', (age, words) => {
    expect(storedWords(state({ finished_at: 1_000 }).state, 1_000 + age)).toBe(words);
  });

  it('tells since when one that still streams is there', () => {
    expect(storedWords(state({ created_at: 1_000 }).state, 1_180)).toBe('begun 3 minutes ago');
  });
});
