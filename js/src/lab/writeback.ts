import { Timer } from '../timer';
import { holdsWords, withWords } from './bundle';
import { allStreamOutputs, type StreamOutput } from './outputs';
import type { NotebookContext, Save, Saver } from './saver';

/** How long the kernel has to put the final words into an output itself. */
const PATIENCE = 2_000;

/** Sees that the file gets the words of complete streams, and writes them where no kernel did. */
export class WriteBack {
  readonly #context: NotebookContext;
  readonly #saver: Saver;
  readonly #unasked: (save: Save) => Save;
  readonly #timer: Timer;
  #final = new Map<string, string>();
  /** Whether the reader had changed nothing when the first of them ended. */
  #clean = true;

  constructor(
    context: NotebookContext,
    saver: Saver,
    unasked: (save: Save) => Save,
    signal: AbortSignal,
  ) {
    this.#context = context;
    this.#saver = saver;
    this.#unasked = unasked;
    this.#timer = new Timer(() => void this.#write(), signal);
  }

  complete(streamId: string, words: string): void {
    if (this.#final.size === 0) this.#clean = this.#saver.clean;
    this.#final.set(streamId, words);
    this.#timer.start(PATIENCE);
  }

  async #write(): Promise<void> {
    const final = this.#final;
    this.#final = new Map();
    const { model } = this.#context;
    const stale = () => (model.readOnly ? [] : staleOutputs(allStreamOutputs(model), final));
    // What has changed since the end, if it was clean then, is the kernel's last word.
    const renewed = this.#clean && this.#saver.dirty;
    if (stale().length === 0 && !renewed) return;
    // Looked up again by then: the kernel, or the reader, may have been first.
    const write = () => {
      for (const { output, words } of stale()) {
        output.setData({ data: withWords(output.data, words) });
      }
    };
    await this.#saver.amend(write, this.#unasked(this.#clean ? 'always' : 'if-clean'));
  }
}

function staleOutputs(outputs: readonly StreamOutput[], final: ReadonlyMap<string, string>) {
  return outputs.flatMap(({ streamId, output }) => {
    const words = final.get(streamId);
    return words === undefined || holdsWords(output.data, words) ? [] : [{ output, words }];
  });
}
