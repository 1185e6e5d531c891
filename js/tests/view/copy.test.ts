import { describe, expect, it, vi } from 'vitest';
import { Feed } from '../../src/feed';
import { Inbox } from '../../src/inbox';
import { Session } from '../../src/session';
import { savedCopy } from '../../src/snapshot';
import { View } from '../../src/view/view';
import { deltas, failure, ID, state, text } from '../fakes';
import { find, model, onStage, page, say, session, show, shown, view } from './stage';

onStage();

describe('a saved copy', () => {
  const GONE = "This stream is not in this server's store.";
  const UNFINISHED = '*The answer was still being written when this notebook was saved.*';

  it('is not shown while there may be a source', () => {
    show('Saved');
    expect(shown()).toBe('');
  });

  it('stands in where no source has the stream, and is said to be a copy', () => {
    show('Saved\n\ntext');
    say(failure('not-found', 'no'));
    expect(shown()).toBe('Saved\n\ntext');
    expect(find('.nbps-explanation').textContent).toBe(
      `${GONE} Below is the copy that was saved in the notebook.`,
    );
    expect(find('.nbps-count').textContent).toBe('11 characters');
  });

  it.each(['', UNFINISHED])('is not claimed when there is none (%o)', (snapshot) => {
    show(snapshot);
    say(failure('not-found', 'no'));
    expect(shown()).toBe('');
    expect(find('.nbps-explanation').textContent).toBe(GONE);
  });

  it('stands for a stream that nobody was asked for yet', () => {
    const feed = new Feed(new Session(ID), null, page.signal);
    const { element } = new View(feed, page.signal, savedCopy('Saved'));
    expect(element.querySelector('.nbps-status')?.textContent).toBe('Saved');
    expect(shown(element)).toBe('Saved');
    feed.follow(new Inbox(model.asAnyModel));
    feed.session.accept('server', deltas(text(0, 'Live')));
    vi.advanceTimersByTime(20);
    expect(shown(element)).toBe('Live');
  });

  it('gives way to the body, and never comes back', () => {
    show('Saved');
    say(failure('not-found', 'no'));
    session.accept('server', state());
    session.accept('server', deltas(text(0, 'Live')));
    vi.advanceTimersByTime(20);
    expect(shown()).toBe('Live');
    expect(view.element.querySelectorAll('.nbps-body')).toHaveLength(1);
    session.report({ type: 'unavailable', error: { type: 'not-found', message: 'no' } });
    expect(shown()).toBe('Live');
    expect(find('.nbps-count').textContent).toBe('4 characters');
  });

  it('stands until there is a body to see: never an empty moment', () => {
    show('Saved');
    say(failure('not-found', 'no'));
    session.accept('kernel', deltas(text(0, 'Whole')));
    session.accept('kernel', state({ status: 'done', length: 5 }));
    expect(shown()).toBe('Saved');
    vi.advanceTimersByTime(20);
    expect(shown()).toBe('Whole');
  });

  it('says where the body comes from when the server has none', () => {
    show('Saved');
    session.report({ type: 'unavailable', error: { type: 'not-found', message: 'no' } });
    session.accept('kernel', state());
    session.accept('kernel', deltas(text(0, 'Whole')));
    vi.advanceTimersByTime(20);
    expect(find('.nbps-explanation').textContent).toBe(
      `${GONE} Below is what its kernel still holds.`,
    );
  });

  it('is what Copy takes while it is shown', async () => {
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    show('Saved');
    say(failure('not-found', 'no'));
    (find('.nbps-copy') as HTMLButtonElement).click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText).toHaveBeenCalledExactlyOnceWith('Saved');
  });

  it('is text, however hostile', () => {
    show('<img src=x onerror=alert(1)>');
    say(failure('not-found', 'no'));
    expect(view.element.querySelector('img')).toBeNull();
  });
});
