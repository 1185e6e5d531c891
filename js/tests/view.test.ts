import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Feed } from '../src/feed';
import { Inbox } from '../src/inbox';
import type { Message, StreamState } from '../src/protocol';
import { Session } from '../src/session';
import { View, type ViewElement } from '../src/view/view';
import { deltas, FakeModel, failure, ID, state, text } from './fakes';

let page: AbortController;
let model: FakeModel;
let view: View;

beforeEach(() => {
  vi.useFakeTimers();
  page = new AbortController();
  model = new FakeModel();
  const feed = new Feed(new Session(ID), null, page.signal);
  feed.follow(new Inbox(model.asAnyModel));
  view = new View(feed, page.signal);
  document.body.replaceChildren(view.element);
});

afterEach(() => {
  page.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function say(...messages: Message[]): void {
  for (const message of messages) model.say(message);
  vi.advanceTimersByTime(20);
}

function find(selector: string): HTMLElement {
  const element = view.element.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`there is no ${selector}`);
  return element;
}

/** The Markdown that is shown; it is rendered in a view of its own by the time a frame has passed. */
function shown(element: HTMLElement = view.element): string {
  return (element as ViewElement).markdown;
}

describe('body', () => {
  it('folds away what is not the answer, in its place', () => {
    const think = text(0, 'Hm.', 'reasoning');
    say(deltas(think, text(3, 'Yes'), text(6, '{}', 'tool_call'), text(8, '[1]', 'citation')));
    const folded = [...view.element.querySelectorAll('details')];
    expect(folded.map((aside) => aside.querySelector('summary')?.textContent)).toEqual([
      'Reasoning',
      'Tool call',
      'citation',
    ]);
    expect(folded.some((aside) => aside.open)).toBe(false);
    expect([...find('.nbps-body').children].map((child) => child.localName)).toEqual([
      'details',
      'div',
      'details',
      'details',
    ]);
    expect(find('.nbps-reasoning .nbps-aside-text').textContent).toBe('Hm.');
    expect(shown()).toBe('Yes');
  });

  it('keeps hostile text as text, in every place', () => {
    const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const error = { type: 'x', message: hostile };
    say(deltas(text(0, hostile), text(55, hostile, hostile)));
    say(state({ status: 'error', title: hostile, model: hostile, notice: hostile, error }));
    expect(view.element.querySelector('img, script')).toBeNull();
    expect(find('.nbps-md').textContent).toBe(hostile);
    expect(find('.nbps-explanation').textContent).toBe(hostile);
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
});

describe('header', () => {
  const error = { type: 'rate-limit', message: 'Too many requests. Wait a minute.' };
  const ends: [Partial<StreamState>, string, string][] = [
    [{ status: 'pending' }, 'Waiting', ''],
    [{ status: 'streaming' }, 'Streaming', ''],
    [{ status: 'done' }, 'Done', ''],
    [{ status: 'cancelled' }, 'Stopped', ''],
    [{ status: 'error', error }, 'Failed', error.message],
    [{ status: 'timeout' }, 'Interrupted', 'The kernel went away before'],
  ];

  it.each(ends)('of %o', (change, word, sentence) => {
    say(state(change));
    expect(find('.nbps-status').textContent).toBe(word);
    expect(find('.nbps-explanation').textContent).toContain(sentence);
    expect(view.element.dataset).toMatchObject({
      streamId: ID,
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
});

describe('a saved copy', () => {
  const GONE = "This stream is not in the server's store any more.";
  const UNFINISHED = '*The answer was still being written when this notebook was saved.*';

  let session: Session;

  function showWith(snapshot: string): void {
    session = new Session(ID);
    const feed = new Feed(session, null, page.signal);
    feed.follow(new Inbox(model.asAnyModel));
    view = new View(feed, page.signal, snapshot);
  }

  it('is not shown while there may be a source', () => {
    showWith('Saved');
    expect(shown()).toBe('');
  });

  it('stands in where no source has the stream, and is said to be a copy', () => {
    showWith('Saved\n\ntext');
    say(failure('not-found', 'no'));
    expect(shown()).toBe('Saved\n\ntext');
    expect(find('.nbps-explanation').textContent).toBe(
      `${GONE} Below is the copy that was saved in the notebook.`,
    );
    expect(find('.nbps-count').textContent).toBe('11 characters');
  });

  it.each(['', UNFINISHED])('is not claimed when there is none (%o)', (snapshot) => {
    showWith(snapshot);
    say(failure('not-found', 'no'));
    expect(shown()).toBe('');
    expect(find('.nbps-explanation').textContent).toBe(GONE);
  });

  it('gives way to the body, and never comes back', () => {
    showWith('Saved');
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
    showWith('Saved');
    say(failure('not-found', 'no'));
    session.accept('kernel', deltas(text(0, 'Whole')));
    session.accept('kernel', state({ status: 'done', length: 5 }));
    expect(shown()).toBe('Saved');
    vi.advanceTimersByTime(20);
    expect(shown()).toBe('Whole');
  });

  it('says where the body comes from when the server has none', () => {
    showWith('Saved');
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
    showWith('Saved');
    say(failure('not-found', 'no'));
    (find('.nbps-copy') as HTMLButtonElement).click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText).toHaveBeenCalledExactlyOnceWith('Saved');
  });

  it('is text, however hostile', () => {
    showWith('<img src=x onerror=alert(1)>');
    say(failure('not-found', 'no'));
    expect(view.element.querySelector('img')).toBeNull();
  });
});

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

describe('a view', () => {
  it('shows at once what the session already has', () => {
    const session = new Session(ID);
    session.accept('server', deltas(text(0, 'Hello')));
    session.accept('server', state({ status: 'done', length: 5 }));
    const { signal } = new AbortController();
    const late = new View(new Feed(session, null, signal), signal);
    expect(late.element.querySelector('.nbps-md')?.textContent).toBe('Hello');
    expect(shown(late.element)).toBe('Hello');
    expect(late.element.dataset).toMatchObject({ status: 'done', source: 'server', offset: '5' });
  });

  it('leaves nothing behind', () => {
    say(state());
    page.abort();
    expect(document.querySelector('.nbps')).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('styles each root once', () => {
    const host = document.body.appendChild(document.createElement('div'));
    const shadow = host.attachShadow({ mode: 'open' });
    const styles = document.querySelectorAll('style').length;
    for (const root of [document, shadow, document, document.createElement('p')]) view.dress(root);
    expect(document.querySelectorAll('style')).toHaveLength(styles + 1);
    expect(shadow.querySelectorAll('style')).toHaveLength(1);
  });
});
