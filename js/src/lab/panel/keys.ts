import type { Act, Row } from './row';

/** Where the focus goes in the list, from where it is. */
export type Move = (at: { index: number; page: number; last: number }) => number;

/** What a key means in a row: one of these. */
export interface Meaning {
  readonly move?: Move;
  readonly focus?: HTMLElement;
  readonly act?: Act;
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowDown: ({ index }) => index + 1,
  ArrowUp: ({ index }) => index - 1,
  PageDown: ({ index, page }) => index + page,
  PageUp: ({ index, page }) => index - page,
  Home: () => 0,
  End: ({ last }) => last,
};

const ACTS: Readonly<Record<string, Act>> = {
  Enter: 'open',
  ' ': 'open',
  F2: 'rename',
  Delete: 'delete',
};

/** The keys of the ARIA grid pattern: up and down between rows, right and left within one. */
export function asKeys(event: KeyboardEvent, row: Row): Meaning | null {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  const move = MOVES[key];
  if (move) return { move };
  const stops: HTMLElement[] = [row.element, ...row.buttons];
  const stop = stops.indexOf(target as HTMLElement);
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  const focus = stops[stop + step];
  if (step !== 0) return focus ? { focus } : null;
  // On a button, Enter and the space bar press it.
  const presses = key === 'Enter' || key === ' ';
  const act = target === row.element || !presses ? ACTS[key] : undefined;
  return act ? { act } : null;
}
