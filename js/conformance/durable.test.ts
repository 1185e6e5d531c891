// The public suite of the Durable Streams protocol, against the server that the environment names.

import { runConformanceTests } from '@durable-streams/server-conformance-tests';

const { DURABLE_URL, DURABLE_TOKEN } = process.env;
if (!DURABLE_URL || !DURABLE_TOKEN) {
  throw new Error('Run this with `pytest tests/server/test_conformance.py`: it starts a server.');
}

// The suite knows of no authentication, and its requests go to this one server.
const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  headers.set('Authorization', `token ${DURABLE_TOKEN}`);
  return plainFetch(input, { ...init, headers });
};

runConformanceTests({ baseUrl: DURABLE_URL, longPollTimeoutMs: 5000, subscriptions: false });
