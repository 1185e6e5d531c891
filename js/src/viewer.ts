import { whenNear } from './near';
import { observe } from './observe';
import { findServer } from './page';
import type { MountOptions } from './registry';
import { savedCopy } from './snapshot';
import { LiveSocket } from './sources/server';
import type { ListReceiver, ListSource } from './sources/source';
import { Streams } from './streams';
import { View } from './view/view';

const server = findServer();
const forever = new AbortController().signal;
const socket = server && new LiveSocket(server, forever);
const streams = new Streams(socket, forever);

/**
 * Shows a stream in an element until the signal aborts; finds its kernel and server by itself.
 * Where the notebook's file has all of the text, they are asked only once it is nearly in sight.
 */
export function mount(options: MountOptions): void {
  const { el, streamId, snapshot = '', fresh, observer, ...surroundings } = options;
  if (options.signal.aborted) return;
  const copy = savedCopy(snapshot);
  const feed = streams.join(streamId, options.signal);
  const signal = AbortSignal.any([options.signal, feed.over]);
  // A stream that had broken off and lives again has a view that begins again.
  const again = { once: true, signal: options.signal };
  feed.over.addEventListener('abort', () => mount(options), again);
  const begin = () => streams.begin(feed, fresh);
  if (!copy.whole || fresh) begin();
  const view = new View(feed, signal, copy, surroundings);
  el.append(view.element);
  view.dress(el.getRootNode());
  if (observer) observe(feed.session, observer, signal);
  if (feed.idle) whenNear(view.element, begin, signal);
}

/** Follows the list of streams on the same socket. */
export function list(receiver: ListReceiver, signal: AbortSignal): ListSource | null {
  return streams.list(receiver, signal);
}
