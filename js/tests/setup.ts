import { EventEmitter } from 'node:events';
import { FakeResizeObserver } from './fakes';

// What jsdom has not: it lays nothing out, and nobody there minds motion.
globalThis.ResizeObserver = FakeResizeObserver;
globalThis.matchMedia = () => Object.assign(new EventTarget(), { matches: false }) as never;

// All parts of a view listen to the view's one signal. Node takes more than ten for a leak.
EventEmitter.defaultMaxListeners = 40;
