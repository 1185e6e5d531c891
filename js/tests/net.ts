import { afterEach, beforeEach, vi } from 'vitest';
import { findServer } from '../src/page';
import { LiveSocket } from '../src/sources/server';
import { FakeSocket, jupyterPage } from './fakes';

/** A page whose server is the test, anew for each test. */
export let page: AbortController;

export function onNet(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(new Response('{}')));
    FakeSocket.all = [];
    page = new AbortController();
    jupyterPage();
  });

  afterEach(() => {
    page.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

export function liveSocket(): LiveSocket {
  const server = findServer();
  if (!server) throw new Error('the page names a server');
  return new LiveSocket(server, page.signal);
}
