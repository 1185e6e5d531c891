import type { Server } from './page';

/** What a server that can't be followed live says to a plain request. */
export type Health = 'ready' | 'absent' | 'forbidden' | 'down';

/** Tells a server without the extension from one that refuses us and one that is away. */
export async function probe(server: Server): Promise<Health> {
  try {
    const { ok, status } = await fetch(server.url, { headers: authorization(server) });
    if (status === 404) return 'absent';
    if (status === 401 || status === 403) return 'forbidden';
    return ok ? 'ready' : 'down';
  } catch {
    return 'down';
  }
}

/** Asks the server to stop a stream; false when it can't. */
export async function cancel(server: Server, streamId: string): Promise<boolean> {
  return post(server, `streams/${encodeURIComponent(streamId)}/cancel`);
}

/** Whether the server took it. */
export async function post(server: Server, path: string, body?: object): Promise<boolean> {
  return (await send(server, 'POST', path, body))?.ok ?? false;
}

/** Changes what the path names: null clears, and what is not there stays (RFC 7396). */
export async function patch(server: Server, path: string, change: object): Promise<boolean> {
  return (await send(server, 'PATCH', path, change))?.ok ?? false;
}

/** Whether what the path names is not there any more. */
export async function remove(server: Server, path: string): Promise<boolean> {
  const answer = await send(server, 'DELETE', path);
  return answer !== null && (answer.ok || answer.status === 404);
}

/** What the server answers, or null when it can't. */
export async function get<T>(server: Server, path: string): Promise<T | null> {
  try {
    const answer = await fetch(server.url + path, { headers: authorization(server) });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

/** The answer, or null when the server is away. */
async function send(
  server: Server,
  method: string,
  path: string,
  body?: object,
): Promise<Response | null> {
  try {
    return await fetch(server.url + path, {
      method,
      headers: { ...authorization(server), 'X-XSRFToken': xsrfToken() },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch {
    return null;
  }
}

function authorization({ token }: Server): Record<string, string> {
  return token ? { Authorization: `token ${token}` } : {};
}

function xsrfToken(): string {
  const value = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
  return decodeURIComponent(value);
}
