import { EventEmitter } from 'node:events';
import { afterEach } from 'vitest';
import { registry } from '../src/registry';
import { FakeResizeObserver } from './fakes';

// What jsdom has not: it lays nothing out, and nobody there minds motion.
globalThis.ResizeObserver = FakeResizeObserver;
globalThis.matchMedia = () => Object.assign(new EventTarget(), { matches: false }) as never;

// All parts of a view listen to the view's one signal. Node takes more than ten for a leak.
EventEmitter.defaultMaxListeners = 40;

// Files share a page: a widget that one leaves behind would speak for another's streams.
afterEach(() => {
  registry().inboxes.clear();
  registry().arrivals.clear();
});
