import { get, patch, post, remove } from '../http';
import type { Server } from '../page';
import type { Delta, StreamState } from '../protocol';

/** A stream as the server's list has it. */
export interface StreamRecord extends StreamState {
  /** The notebook's path below the server's root. */
  readonly notebook: string | null;
  readonly cell_id: string | null;
  /** Which run of the cell made it. */
  readonly execution: string | null;
}

interface BodyPart {
  readonly deltas: readonly Delta[];
  readonly next_offset: number;
  readonly complete: boolean;
}

/** Newest first, as many as the server gives at once. */
const MOST = '500';

/** The streams of a notebook whose output no page has saved in it yet. */
export function unplacedStreams(server: Server, notebook: string): Promise<StreamRecord[]> {
  return list(server, [
    ['notebook', notebook],
    ['unplaced', 'true'],
  ]);
}

export function liveStreams(server: Server): Promise<StreamRecord[]> {
  return list(server, [
    ['status', 'pending'],
    ['status', 'streaming'],
  ]);
}

export function findStream(server: Server, streamId: string): Promise<StreamRecord | null> {
  return get(server, pathOf(streamId));
}

/** Gives a stream another title, or none. */
export function renameStream(server: Server, streamId: string, title: string): Promise<boolean> {
  return patch(server, pathOf(streamId), { title: title || null });
}

/** Deletes a stream, text and all; whether it is gone. */
export function deleteStream(server: Server, streamId: string): Promise<boolean> {
  return remove(server, pathOf(streamId));
}

/** The body as far as it is written, part by part; null when the server can't give it. */
export async function bodyOf(server: Server, streamId: string): Promise<Delta[] | null> {
  const body: Delta[] = [];
  for (let offset = 0; ; ) {
    const part = await get<BodyPart>(server, `${pathOf(streamId)}/body?offset=${offset}`);
    if (part === null) return null;
    body.push(...part.deltas);
    if (part.deltas.length === 0 || part.complete) return body;
    offset = part.next_offset;
  }
}

/** Tells the server that the outputs of these streams are in a notebook's file. */
export function reportPlaced(server: Server, streamIds: readonly string[]): Promise<boolean> {
  return post(server, 'placed', { stream_ids: streamIds });
}

function pathOf(streamId: string): string {
  return `streams/${encodeURIComponent(streamId)}`;
}

async function list(server: Server, query: [string, string][]): Promise<StreamRecord[]> {
  const search = new URLSearchParams([...query, ['limit', MOST]]);
  const answer = await get<{ streams: StreamRecord[] }>(server, `streams?${search}`);
  return answer?.streams ?? [];
}
