import { FakeResizeObserver } from './fakes';

// What jsdom has not: it lays nothing out, and nobody there minds motion.
globalThis.ResizeObserver = FakeResizeObserver;
globalThis.matchMedia = () => Object.assign(new EventTarget(), { matches: false }) as never;
