import type { Contents } from '@jupyterlab/services';
import type { Server } from '../page';
import type { StreamObserver } from '../registry';
import { allStreamOutputs, codeCells, streamOutputs } from './outputs';
import { Placed } from './placed';
import { findLoss, type Loss, putBack } from './putback';
import { findStream, reportPlaced, unplacedStreams } from './rest';
import type { Runs } from './runs';
import { type NotebookContext, type Save, Saver } from './saver';
import { WriteBack } from './writeback';

/** What all the notebooks of a page share. */
export interface Surroundings {
  readonly contents: Contents.IManager;
  readonly server: Server;
  /** The setting of this name. */
  saveOnStream(): boolean;
  readonly runs: Runs;
}

/** Keeps the streams of one open notebook in its file. */
export class NotebookKeeper implements StreamObserver {
  readonly #context: NotebookContext;
  readonly #page: Surroundings;
  readonly #saver: Saver;
  readonly #writeBack: WriteBack;
  readonly #placed: Placed;
  readonly #seen = new Set<string>();

  constructor(context: NotebookContext, page: Surroundings, signal: AbortSignal) {
    this.#context = context;
    this.#page = page;
    this.#saver = new Saver(context, page.contents, signal);
    const unasked = (save: Save) => this.#unasked(save);
    this.#writeBack = new WriteBack(context, this.#saver, unasked, signal);
    const report = (ids: string[]) => reportPlaced(page.server, ids);
    this.#placed = new Placed(context, () => this.#streamIds(), report);
  }

  live(streamId: string): void {
    if (this.#streamIds().has(streamId)) this.#appeared(streamId);
  }

  complete(streamId: string, words: string): void {
    if (!this.#streamIds().has(streamId)) return;
    // It may have ended before its view heard of it.
    if (this.#wasRun(streamId)) this.#appeared(streamId);
    this.#writeBack.complete(streamId, words);
  }

  /** Puts back what a page that was closed before its first save had shown. */
  async restore(): Promise<void> {
    const records = await unplacedStreams(this.#page.server, this.#context.localPath);
    if (records.length === 0) return;
    const held = this.#streamIds();
    const ids = records.map((record) => record.stream_id);
    void this.#placed.found(ids.filter((id) => held.has(id)));
    const find = (streamId: string) => findStream(this.#page.server, streamId);
    const cells = codeCells(this.#context.model);
    const losses = await Promise.all(cells.map((cell) => findLoss(cell, records, find)));
    await this.#putBack(losses.filter((loss) => loss !== null));
  }

  async #putBack(losses: readonly Loss[]): Promise<void> {
    const open = () => losses.filter(({ cell }) => !cell.isDisposed && !this.#page.runs.has(cell));
    if (open().length === 0) return;
    await this.#saver.amend(() => open().forEach(putBack), this.#unasked('always'));
  }

  #appeared(streamId: string): void {
    if (this.#seen.has(streamId)) return;
    this.#seen.add(streamId);
    this.#placed.saw([streamId]);
    if (this.#page.saveOnStream()) this.#saver.soon();
  }

  /** Whether this page has run the cell that shows a stream. */
  #wasRun(streamId: string): boolean {
    const cells = codeCells(this.#context.model).filter((cell) => this.#page.runs.has(cell));
    return cells.flatMap(streamOutputs).some((shown) => shown.streamId === streamId);
  }

  #unasked(save: Save): Save {
    return this.#page.saveOnStream() ? save : 'never';
  }

  #streamIds(): Set<string> {
    return new Set(allStreamOutputs(this.#context.model).map(({ streamId }) => streamId));
  }
}
