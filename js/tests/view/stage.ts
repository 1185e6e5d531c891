import { afterEach, beforeEach, vi } from 'vitest';
import { Feed } from '../../src/feed';
import { Inbox } from '../../src/inbox';
import type { Message } from '../../src/protocol';
import { Session } from '../../src/session';
import { type SavedCopy, savedCopy } from '../../src/snapshot';
import type { Surroundings } from '../../src/view/header';
import { View, type ViewElement } from '../../src/view/view';
import { FakeModel, ID } from '../fakes';

/** A view in a page, anew for each test, of a stream whose kernel is the test. */
export let page: AbortController;
export let model: FakeModel;
export let session: Session;
export let view: View;

/** Of a stream that no test has chosen anything for. */
let streams = 0;

export function onStage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    page = new AbortController();
    show('');
  });

  afterEach(() => {
    page.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** Another view, of another session, of what the notebook's file holds. */
export function show(snapshot: string, surroundings: Surroundings = {}): void {
  model = new FakeModel();
  session = new Session(`${ID}-${++streams}`);
  put(savedCopy(snapshot), surroundings);
}

/** The view goes, and comes again: of the same stream, whose session the page may have let go. */
export function showAgain(): void {
  view.element.remove();
  session = new Session(session.streamId);
  put(savedCopy(''), {});
}

function put(copy: SavedCopy, surroundings: Surroundings): void {
  const feed = new Feed(session, null, page.signal);
  feed.follow(new Inbox(model.asAnyModel));
  view = new View(feed, page.signal, copy, surroundings);
  document.body.replaceChildren(view.element);
}

/** What the kernel says; a frame passes. */
export function say(...messages: Message[]): void {
  for (const message of messages) model.say(message);
  vi.advanceTimersByTime(20);
}

export function find(selector: string): HTMLElement {
  const element = view.element.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`there is no ${selector}`);
  return element;
}

/** The Markdown that is shown; it is rendered in a view of its own by the time a frame has passed. */
export function shown(element: HTMLElement = view.element): string {
  return (element as ViewElement).markdown;
}
