import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Saver } from '../../src/lab/saver';
import { FakeNotebook } from './fakes';

let page: AbortController;
let notebook: FakeNotebook;
let saver: Saver;

beforeEach(() => {
  vi.useFakeTimers();
  page = new AbortController();
  notebook = new FakeNotebook();
  saver = new Saver(notebook.asContext, notebook.asContents, page.signal);
});

afterEach(() => {
  page.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A save that somebody else began; ends it. */
function saving(): () => Promise<void> {
  let end = () => {};
  notebook.slow = new Promise((resolve) => {
    end = resolve;
  });
  const saved = notebook.save();
  notebook.slow = Promise.resolve();
  notebook.save.mockClear();
  return () => {
    end();
    return saved;
  };
}

describe('soon', () => {
  it('saves once, in a second, what came together', async () => {
    notebook.model.dirty = true;
    saver.soon();
    await vi.advanceTimersByTimeAsync(500);
    saver.soon();
    await vi.advanceTimersByTimeAsync(499);
    expect(notebook.save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(notebook.save).toHaveBeenCalledOnce();
    expect(notebook.contents.get).toHaveBeenCalledWith('folder/a b.ipynb', { content: false });
  });

  const reasons: [string, () => void][] = [
    ['there is nothing to save', () => Object.assign(notebook.model, { dirty: false })],
    ['the notebook is read-only', () => Object.assign(notebook.model, { readOnly: true })],
    ['its file is', () => Object.assign(notebook.contentsModel, { writable: false })],
    ['the server saves it', () => Object.assign(notebook.model, { collaborative: true })],
    ['the file was changed', () => Object.assign(notebook.onDisk, { last_modified: 'later' })],
    ['the file is gone', () => notebook.contents.get.mockRejectedValue(new Error('404'))],
    ['the notebook was closed', () => page.abort()],
  ];
  it.each(reasons)('does not save when %s', async (_, change) => {
    notebook.model.dirty = true;
    change();
    saver.soon();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(notebook.save).not.toHaveBeenCalled();
  });

  it('waits for a save that is in flight', async () => {
    const end = saving();
    notebook.change();
    saver.soon();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(notebook.save).not.toHaveBeenCalled();
    await end();
    // JupyterLab says that it is clean; what came during the save is not saved, though.
    expect([notebook.model.dirty, saver.dirty]).toEqual([false, true]);
    await vi.advanceTimersByTimeAsync(0);
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('waits, too, for one that begins while it looks at the file', async () => {
    notebook.model.dirty = true;
    let end = async () => {};
    notebook.contents.get.mockImplementationOnce(async () => {
      end = saving();
      return notebook.onDisk;
    });
    saver.soon();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notebook.save).not.toHaveBeenCalled();
    notebook.change();
    await end();
    await vi.advanceTimersByTimeAsync(0);
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('survives a save that fails', async () => {
    notebook.model.dirty = true;
    notebook.save.mockRejectedValueOnce(new Error('the disk is full'));
    saver.soon();
    await vi.advanceTimersByTimeAsync(1_000);
    saver.soon();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notebook.save).toHaveBeenCalledTimes(2);
  });
});

describe('amend', () => {
  it.each([
    ['if-clean', false, 1],
    ['if-clean', true, 0],
    ['always', true, 1],
    ['never', false, 0],
  ] as const)('saves %s (dirty before: %o)', async (save, dirty, times) => {
    notebook.model.dirty = dirty;
    await saver.amend(notebook.change, save);
    expect(notebook.save).toHaveBeenCalledTimes(times);
    expect(notebook.model.dirty).toBe(times === 0);
  });

  it.each([true, false])('leaves a file that it can not save as it was (%o)', async (dirty) => {
    Object.assign(notebook.onDisk, { last_modified: 'later' });
    notebook.model.dirty = dirty;
    const change = vi.fn(notebook.change);
    await saver.amend(change, 'always');
    expect([change.mock.calls.length, notebook.model.dirty]).toEqual([1, dirty]);
  });

  it('takes turns with the other tabs of the notebook', async () => {
    const request = vi.fn((_name: string, task: () => Promise<unknown>) => task());
    vi.stubGlobal('navigator', { locks: { request } });
    await saver.amend(notebook.change, 'if-clean');
    expect(request.mock.calls[0]?.[0]).toBe('nb-persistent-stream:folder/a b.ipynb');
    expect(notebook.save).toHaveBeenCalledOnce();
  });
});
