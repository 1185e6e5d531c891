import { afterEach, beforeEach, vi } from 'vitest';
import { Panel, type Surroundings } from '../../../src/lab/panel/panel';
import type { ListMessage, ListWindow } from '../../../src/protocol';
import type { ListReceiver, ListSource } from '../../../src/sources/source';
import { listing } from '../../fakes';

/** A server's list of streams. It answers at once what it is asked, and counts that. */
export class FakeLists {
  readonly asked: ListWindow[] = [];
  receiver: ListReceiver | null = null;
  total: number;

  constructor(total: number) {
    this.total = total;
  }

  readonly follow = (receiver: ListReceiver, signal: AbortSignal): ListSource => {
    this.receiver = receiver;
    signal.addEventListener('abort', () => {
      this.receiver = null;
    });
    const answer = () => {
      this.asked.push(receiver.window);
      this.say(listing(this.total, receiver.window.first, receiver.window.count));
    };
    queueMicrotask(() => {
      if (!signal.aborted) answer();
    });
    return { ask: answer, move: answer };
  };

  say(message: ListMessage): void {
    this.receiver?.receive(message);
  }

  /** Another stream begins: the window that is looked at is sent again. */
  grow(by = 1): void {
    this.total += by;
    const { first = 0, count = 0 } = this.receiver?.window ?? {};
    this.say(listing(this.total, first, count));
  }
}

/** An empty page for each test, two minutes after its streams began. */
export function onEmptyPage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(1.7e12 + 120_000);
  });

  afterEach(() => {
    document.body.replaceChildren();
    document.head.replaceChildren();
    vi.useRealTimers();
  });
}

/** A panel in the page, ten rows high. */
export function panelOf(lists: FakeLists, change: Partial<Surroundings> = {}) {
  const act = vi.fn<Surroundings['act']>();
  const surroundings: Surroundings = {
    load: async () => ({ mount: () => {}, list: lists.follow }),
    notebook: () => 'folder/a.ipynb',
    icon: () => document.createElement('span'),
    hindrance: () => '',
    act,
    ...change,
  };
  const page = new AbortController();
  const panel = new Panel(surroundings, page.signal);
  document.body.append(panel.element);
  const grid = one(panel.element, '[role=grid]');
  Object.defineProperty(grid, 'clientHeight', { value: 460 });
  return { panel, grid, act, page };
}

export function one<T extends HTMLElement>(inside: ParentNode, selector: string): T {
  const found = inside.querySelector<T>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

/** The streams of the rows that are there, by their names. */
export function names(grid: HTMLElement): string[] {
  return [...grid.querySelectorAll('.nbps-row-name')].map((name) => name.textContent ?? '');
}

export function press(key: string, target = document.activeElement): void {
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

/** A panel that is shown, and has its list. */
export async function shown(total: number, change: Parameters<typeof panelOf>[1] = {}) {
  const lists = new FakeLists(total);
  const made = panelOf(lists, change);
  made.panel.show();
  await settle();
  const { element } = made.panel;
  return {
    ...made,
    lists,
    search: one<HTMLInputElement>(element, '[role=searchbox]'),
    total: () => one(element, '[role=status]').textContent,
    empty: () => one(element, '.nbps-empty'),
    row: (at: number) => one(made.grid, `[aria-rowindex="${at}"]`),
    choose: (label: string) => {
      const item = [...element.querySelectorAll('label')].find((l) => l.textContent === label);
      one(item ?? element, 'input').click();
    },
  };
}

/** Lets what is under way come. Of two frames the first may be late, because the clock was set. */
export const settle = () => vi.advanceTimersByTimeAsync(40);

/** The place of the row that has the focus. */
export const focused = () => document.activeElement?.getAttribute('aria-rowindex');
