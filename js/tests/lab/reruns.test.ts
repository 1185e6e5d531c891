import type { CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { describe, expect, it, vi } from 'vitest';
import { Reruns } from '../../src/lab/reruns';
import { Runs } from '../../src/lab/runs';
import { FakeSignal } from './fakes';

/** A notebook of one cell, whose output is `output`. */
function notebook(type = 'code') {
  const output = document.createElement('div');
  const node = document.createElement('div');
  node.append(output);
  const cell = { node, model: { type } };
  const sessionContext = {
    kernelChanged: new FakeSignal<void>(),
    session: null as { kernel: object | null } | null,
  };
  return { output, cell, sessionContext, panel: { content: { widgets: [cell] }, sessionContext } };
}

function begun(...books: ReturnType<typeof notebook>[]) {
  const runs = new Runs(null);
  const reruns = new Reruns(runs);
  const execute = vi.fn(async () => {});
  const widgetAdded = new FakeSignal<unknown>();
  const panels = books.map(({ panel }) => panel);
  const tracker = { widgetAdded, forEach: panels.forEach.bind(panels) };
  reruns.begin(tracker as unknown as INotebookTracker, { execute } as unknown as typeof CodeCell);
  return { reruns, runs, execute };
}

describe('a run with nothing reused', () => {
  it('is of the cell that the output stands in, and says so to its kernel', async () => {
    const books = [notebook(), notebook()] as const;
    const { reruns, runs, execute } = begun(...books);
    books[1].sessionContext.session = { kernel: {} };
    const running = reruns.of(books[1].output).run();
    expect(runs.busy).toBe(true);
    await running;
    expect(runs.busy).toBe(false);
    expect(execute).toHaveBeenCalledExactlyOnceWith(books[1].cell, books[1].sessionContext, {
      'nb-persistent-stream:afresh': true,
    });
  });

  it('is possible while there is a kernel, and tells when that changes', () => {
    const book = notebook();
    const rerun = begun(book).reruns.of(book.output);
    const changed = vi.fn();
    const controller = new AbortController();
    rerun.onChange(changed, controller.signal);
    expect(rerun.possible).toBe(false);
    book.sessionContext.session = { kernel: {} };
    book.sessionContext.kernelChanged.emit();
    expect([rerun.possible, changed.mock.calls.length]).toEqual([true, 1]);
    book.sessionContext.session = { kernel: null };
    expect(rerun.possible).toBe(false);
    controller.abort();
    book.sessionContext.kernelChanged.emit();
    expect(changed).toHaveBeenCalledOnce();
  });

  it('is not possible outside of a code cell, nor without notebooks', async () => {
    const book = notebook('markdown');
    book.sessionContext.session = { kernel: {} };
    const { reruns, execute } = begun(book);
    for (const element of [book.output, document.createElement('div')]) {
      expect(reruns.of(element).possible).toBe(false);
      await reruns.of(element).run();
    }
    expect(new Reruns(new Runs(null)).of(book.output).possible).toBe(false);
    expect(execute).not.toHaveBeenCalled();
  });

  it('that fails leaves its words to the output', async () => {
    const book = notebook();
    book.sessionContext.session = { kernel: {} };
    const { reruns, runs, execute } = begun(book);
    execute.mockRejectedValueOnce(new Error('NameError'));
    await reruns.of(book.output).run();
    expect(runs.busy).toBe(false);
  });
});
