import type { Inbox } from './inbox';
import type { ListReceiver, ListSource } from './sources/source';

/** What the viewer module exports. It holds the page's one live socket. */
export interface Viewer {
  mount(options: MountOptions): void;
  /** Follows the list of streams until the signal aborts; null where the page has no server. */
  list(receiver: ListReceiver, signal: AbortSignal): ListSource | null;
}

export interface MountOptions {
  el: HTMLElement;
  streamId: string;
  signal: AbortSignal;
  /** The Markdown that the notebook's file holds: shown when no source has the stream. */
  snapshot?: string;
  /** Whether a cell was just run for it: its kernel's widget is then waited for, a moment. */
  fresh?: boolean;
  observer?: StreamObserver;
  /** Whether the stream answers here in place of a new one. */
  reused?: boolean;
  rerun?: Rerun;
  /** Shows another stream, where the page can. */
  open?: (streamId: string) => void;
}

/** Asks anew what a stream was reused for. */
export interface Rerun {
  /** Whether that can be done now: it takes a kernel. */
  readonly possible: boolean;
  run(): Promise<void>;
  /** Tells whenever `possible` may have changed. */
  onChange(listener: () => void, signal: AbortSignal): void;
}

/** Who wants to know how the stream of a view stands; told each once a view. */
export interface StreamObserver {
  live(streamId: string): void;
  /** Nothing more can come; `words` are what the notebook's file should hold of it. */
  complete(streamId: string, words: string): void;
}

type Arrival = (inbox: Inbox) => void;

/**
 * What the modules of a page share. Each widget runs its own copy of the loader (anywidget imports
 * it from a blob), so a module's variables would not do.
 */
interface Registry {
  readonly inboxes: Set<Inbox>;
  /** Told of each inbox that comes: a widget may be later than the view of its stream. */
  readonly arrivals: Set<Arrival>;
  /** By file name: a page that mixes versions holds one viewer of each. */
  readonly viewers: Map<string, Promise<Viewer>>;
}

// The number goes up when the registry's shape changes: a page may mix versions of this package.
const KEY = Symbol.for('nb-persistent-stream/1');

export function registry(): Registry {
  const page = globalThis as { [KEY]?: Registry };
  page[KEY] ??= { inboxes: new Set(), arrivals: new Set(), viewers: new Map() };
  return page[KEY];
}

/** Makes an inbox known, until it is closed. */
export function addInbox(inbox: Inbox): void {
  const { inboxes, arrivals } = registry();
  inboxes.add(inbox);
  inbox.closed.addEventListener('abort', () => inboxes.delete(inbox));
  for (const arrival of arrivals) arrival(inbox);
}

export function onInbox(arrival: Arrival, signal: AbortSignal): void {
  const { arrivals } = registry();
  arrivals.add(arrival);
  signal.addEventListener('abort', () => arrivals.delete(arrival));
}

/** The inbox to follow a stream by: the driver's, which speaks first, or else a watcher's. */
export function findInbox(streamId: string): Inbox | null {
  const inboxes = [...registry().inboxes].filter((inbox) => inbox.streamId === streamId);
  return inboxes.find((inbox) => inbox.role === 'driver') ?? inboxes[0] ?? null;
}

/** The page's one viewer of a version, loaded by whoever comes first; a failure is not kept. */
export function sharedViewer(file: string, load: () => Promise<Viewer>): Promise<Viewer> {
  const { viewers } = registry();
  const known = viewers.get(file);
  if (known) return known;
  const viewer = load();
  viewers.set(file, viewer);
  viewer.catch(() => viewers.delete(file));
  return viewer;
}
