import { describe, expect, it, vi } from 'vitest';
import { Feed } from '../../src/feed';
import { Session } from '../../src/session';
import { View } from '../../src/view/view';
import { deltas, ID, state, text } from '../fakes';
import { find, model, onStage, page, say } from './stage';

onStage();

describe('buttons', () => {
  const stop = () => find('.nbps-stop') as HTMLButtonElement;
  const copy = () => find('.nbps-copy') as HTMLButtonElement;

  it('Stop is there only while the stream is live', () => {
    expect(stop().hidden).toBe(true);
    say(state());
    expect([stop().hidden, stop().disabled, stop().textContent]).toEqual([false, false, 'Stop']);
    say(state({ status: 'cancelled' }));
    expect(stop().hidden).toBe(true);
  });

  it('Stop asks once and waits', async () => {
    say(state());
    stop().click();
    expect([stop().disabled, stop().textContent]).toEqual([true, 'Stopping…']);
    await vi.advanceTimersByTimeAsync(0);
    expect(model.sent).toContainEqual({ type: 'cancel' });
    expect(stop().disabled).toBe(true);
  });

  it('Stop may be pressed again when nobody could be told', async () => {
    const session = new Session(ID);
    session.accept('server', state());
    const alone = new View(new Feed(session, null, page.signal), new AbortController().signal);
    const button = alone.element.querySelector<HTMLButtonElement>('.nbps-stop');
    button?.click();
    expect(button?.textContent).toBe('Stopping…');
    await vi.advanceTimersByTimeAsync(0);
    expect([button?.disabled, button?.textContent]).toEqual([false, 'Stop']);
  });

  it('Stop shows that somebody else has pressed it', () => {
    say(state({ cancel_requested: true }));
    expect([stop().disabled, stop().textContent]).toEqual([true, 'Stopping…']);
  });

  it('Copy takes the answer, and says so for a moment', async () => {
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    say(deltas(text(0, 'Hm.', 'reasoning'), text(3, 'Yes'), text(6, '!\n')));
    copy().click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText).toHaveBeenCalledExactlyOnceWith('Yes!\n');
    expect(copy().textContent).toBe('Copied');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(copy().textContent).toBe('Copy');
  });

  it('Copy works on a page without a clipboard, and admits when it does not', async () => {
    document.execCommand = vi.fn().mockReturnValueOnce(true).mockReturnValueOnce(false);
    copy().click();
    await vi.advanceTimersByTimeAsync(0);
    expect(copy().textContent).toBe('Copied');
    copy().click();
    await vi.advanceTimersByTimeAsync(0);
    expect(copy().textContent).toBe('Not copied');
    expect(document.querySelector('textarea')).toBeNull();
  });
});
