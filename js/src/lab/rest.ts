import { get, post } from '../http';
import type { Server } from '../page';
import type { StreamState } from '../protocol';

/** A stream as the server's list has it. */
export interface StreamRecord extends StreamState {
  /** The notebook's path below the server's root. */
  readonly notebook: string | null;
  readonly cell_id: string | null;
  /** Which run of the cell made it. */
  readonly execution: string | null;
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
  return get(server, `streams/${encodeURIComponent(streamId)}`);
}

/** Tells the server that the outputs of these streams are in a notebook's file. */
export function reportPlaced(server: Server, streamIds: readonly string[]): Promise<boolean> {
  return post(server, 'placed', { stream_ids: streamIds });
}

async function list(server: Server, query: [string, string][]): Promise<StreamRecord[]> {
  const search = new URLSearchParams([...query, ['limit', MOST]]);
  const answer = await get<{ streams: StreamRecord[] }>(server, `streams?${search}`);
  return answer?.streams ?? [];
}
