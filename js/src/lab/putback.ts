import type { ICodeCellModel } from '@jupyterlab/cells';
import { outputFor } from './bundle';
import { type StreamOutput, streamOutputs } from './outputs';
import type { StreamRecord } from './rest';

/** Looks a stream up; null when it is not in the store. */
export type FindStream = (streamId: string) => Promise<StreamRecord | null>;

/** What a cell should show and does not, and what it should show no more. */
export interface Loss {
  readonly cell: ICodeCellModel;
  readonly lost: readonly StreamRecord[];
  /** Streams of an earlier run, which the page that ran the cell anew had removed. */
  readonly outdated: ReadonlySet<string>;
}

/** The streams of a cell's newest run that its outputs lack, in the order they were made. */
export function lostStreams(
  records: readonly StreamRecord[],
  cellId: string,
  shown: readonly string[],
): StreamRecord[] {
  const own = records.filter((record) => record.cell_id === cellId);
  own.sort((one, other) => one.created_at - other.created_at);
  const run = own.at(-1)?.execution;
  return own.filter((one) => one.execution === run && !shown.includes(one.stream_id));
}

/** What a cell has lost, or null: it may show everything, or something newer. */
export async function findLoss(
  cell: ICodeCellModel,
  records: readonly StreamRecord[],
  find: FindStream,
): Promise<Loss | null> {
  const shown = streamOutputs(cell).map(({ streamId }) => streamId);
  const lost = lostStreams(records, cell.id, shown);
  const newest = lost.at(-1);
  if (!newest) return null;
  const others = (await Promise.all(shown.map(find))).filter((record) => record !== null);
  if (others.some((other) => other.created_at > newest.created_at)) return null;
  const outdated = others.filter(({ execution }) => execution !== newest.execution);
  return { cell, lost, outdated: new Set(outdated.map((other) => other.stream_id)) };
}

/** Gives a cell its outputs back. */
export function putBack({ cell, lost, outdated }: Loss): void {
  const shown = streamOutputs(cell);
  const isOutdated = ({ streamId }: StreamOutput) => outdated.has(streamId);
  for (const { index } of shown.filter(isOutdated).reverse()) cell.outputs.remove(index);
  const held = new Set(shown.map(({ streamId }) => streamId));
  for (const { stream_id: id } of lost) if (!held.has(id)) cell.outputs.add(outputFor(id));
}
