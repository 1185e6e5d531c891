import type { Inbox } from './inbox';

/** What the viewer module exports. */
export interface Viewer {
  mount(options: MountOptions): void;
}

export interface MountOptions {
  el: HTMLElement;
  streamId: string;
  signal: AbortSignal;
}

/**
 * What the modules of a page share. Each widget runs its own copy of the loader (anywidget imports
 * it from a blob), so a module's variables would not do.
 */
interface Registry {
  readonly inboxes: Set<Inbox>;
  /** By file name: a page that mixes versions holds one viewer of each. */
  readonly viewers: Map<string, Promise<Viewer>>;
}

const KEY = Symbol.for('nb-persistent-stream');

export function registry(): Registry {
  const page = globalThis as { [KEY]?: Registry };
  page[KEY] ??= { inboxes: new Set(), viewers: new Map() };
  return page[KEY];
}

/** The inbox to follow a stream by: the driver's, which speaks first, or else a watcher's. */
export function findInbox(streamId: string): Inbox | null {
  const inboxes = [...registry().inboxes].filter((inbox) => inbox.streamId === streamId);
  return inboxes.find((inbox) => inbox.role === 'driver') ?? inboxes[0] ?? null;
}
