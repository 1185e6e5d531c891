import { observe } from './observe';
import { findServer } from './page';
import type { MountOptions } from './registry';
import { LiveSocket } from './sources/server';
import type { ListReceiver, ListSource } from './sources/source';
import { Streams } from './streams';
import { View } from './view/view';

const server = findServer();
const forever = new AbortController().signal;
const live = server && { server, socket: new LiveSocket(server, forever) };
const streams = new Streams(live, forever);

/** Shows a stream in an element until the signal aborts; finds its kernel and server by itself. */
export function mount(options: MountOptions): void {
  const { el, streamId, signal, snapshot, observer } = options;
  if (signal.aborted) return;
  const feed = streams.join(streamId, signal, options.fresh);
  const view = new View(feed, signal, snapshot);
  el.append(view.element);
  view.dress(el.getRootNode());
  if (observer) observe(feed.session, observer, signal);
}

/** Follows the list of streams on the same socket. */
export function list(receiver: ListReceiver, signal: AbortSignal): ListSource | null {
  return live?.socket.list(receiver, signal) ?? null;
}
