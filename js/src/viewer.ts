import { findServer } from './page';
import type { MountOptions } from './registry';
import { LiveSocket } from './sources/server';
import { Streams } from './streams';
import { View } from './view/view';

const server = findServer();
const forever = new AbortController().signal;
const live = server && { server, socket: new LiveSocket(server, forever) };
const streams = new Streams(live);

/** Shows a stream in an element until the signal aborts; finds its kernel and server by itself. */
export function mount({ el, streamId, signal }: MountOptions): void {
  if (signal.aborted) return;
  const view = new View(streams.join(streamId, signal), signal);
  el.append(view.element);
  view.dress(el.getRootNode());
}
