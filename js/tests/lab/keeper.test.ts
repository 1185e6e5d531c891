import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotebookKeeper } from '../../src/lab/keeper';
import type { StreamRecord } from '../../src/lab/rest';
import { Runs } from '../../src/lab/runs';
import { findServer } from '../../src/page';
import { jupyterPage } from '../fakes';
import { type FakeCell, FakeNotebook, record } from './fakes';

let page: AbortController;
let notebook: FakeNotebook;
let runs: Runs;
let saveOnStream: boolean;
/** What the server has: unplaced streams, all streams, and whether it takes reports. */
let unplaced: StreamRecord[];
let stored: StreamRecord[];
let takesReports: boolean;
let reports: string[][];
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  jupyterPage();
  vi.stubGlobal('fetch', vi.fn(answer));
  page = new AbortController();
  notebook = new FakeNotebook();
  runs = new Runs(null);
  saveOnStream = true;
  [unplaced, stored, takesReports, reports, asked] = [[], [], true, [], []];
});

afterEach(() => {
  page.abort();
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function answer(url: string, init: RequestInit): Promise<Response> {
  const path = url.split('/v1/')[1] ?? '';
  if (init.method === 'POST') {
    reports.push(JSON.parse(String(init.body)).stream_ids);
    return new Response('{}', { status: takesReports ? 200 : 503 });
  }
  asked.push(path);
  if (path.startsWith('streams?')) return Response.json({ streams: unplaced });
  const found = stored.find(({ stream_id: id }) => path === `streams/${id}`);
  return found ? Response.json(found) : new Response('{}', { status: 404 });
}

function keeper(): NotebookKeeper {
  const server = findServer();
  if (!server) throw new Error('the page names a server');
  const surroundings = {
    contents: notebook.asContents,
    server,
    runs,
    saveOnStream: () => saveOnStream,
  };
  return new NotebookKeeper(notebook.asContext, surroundings, page.signal);
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const wordsOf = (cell: FakeCell) => cell.list.map(({ data }) => data['text/markdown']);

describe('a live stream', () => {
  beforeEach(() => {
    notebook.cell('one', 'a');
    notebook.model.dirty = true;
  });

  it('is saved a second after its output appeared, once', async () => {
    const keeps = keeper();
    keeps.live('a');
    await pass(1_000);
    notebook.model.dirty = true;
    keeps.live('a');
    await pass(5_000);
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('of another notebook is not', async () => {
    keeper().live('b');
    await pass(5_000);
    expect(notebook.save).not.toHaveBeenCalled();
  });

  it('is not saved when the reader does not want that', async () => {
    saveOnStream = false;
    keeper().live('a');
    await pass(5_000);
    expect(notebook.save).not.toHaveBeenCalled();
  });
});

describe('a stream that had ended when its view heard of it', () => {
  let cell: FakeCell;

  beforeEach(() => {
    cell = notebook.cell('one', 'a');
    notebook.model.dirty = true;
    vi.spyOn(runs, 'has').mockReturnValue(true);
  });

  it('is saved too, where this page has run its cell, once', async () => {
    const keeps = keeper();
    keeps.complete('a', 'Saved');
    await pass(1_000);
    expect(notebook.save).toHaveBeenCalledOnce();
    await pass(5_000);
    notebook.model.dirty = true;
    keeps.complete('a', 'Saved');
    await pass(5_000);
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('is saved again when its kernel was later than that save', async () => {
    keeper().complete('a', 'Whole');
    await pass(1_500);
    cell.list[0]?.setData({
      data: { ...cell.list[0].data, 'text/markdown': 'Whole', 'text/plain': 'Whole' },
    });
    await pass(5_000);
    expect(notebook.save).toHaveBeenCalledTimes(2);
  });

  it('is not when the reader does not want that', async () => {
    saveOnStream = false;
    keeper().complete('a', 'Saved');
    await pass(5_000);
    expect(notebook.save).not.toHaveBeenCalled();
  });
});

describe('write-back', () => {
  it('gives the kernel two seconds, then writes the words and saves', async () => {
    const cell = notebook.cell('one', 'a', 'b');
    keeper().complete('a', 'Whole');
    await pass(1_999);
    expect(wordsOf(cell)).toEqual(['Saved', 'Saved']);
    await pass(1);
    expect(wordsOf(cell)).toEqual(['Whole', 'Saved']);
    expect(cell.list[0]?.data).toMatchObject({
      'application/vnd.nb-persistent-stream.v1+json': { stream_id: 'a' },
      'text/plain': 'Whole',
    });
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('writes many at once', async () => {
    notebook.cell('one', 'a');
    notebook.cell('two', 'b');
    const keeps = keeper();
    keeps.complete('a', 'Whole');
    keeps.complete('b', 'Whole');
    await pass(5_000);
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('saves what the kernel wrote, and writes nothing', async () => {
    const cell = notebook.cell('one', 'a');
    const keeps = keeper();
    keeps.complete('a', 'Whole');
    cell.list[0]?.setData({
      data: { ...cell.list[0].data, 'text/markdown': 'Whole', 'text/plain': 'Whole' },
    });
    await pass(5_000);
    expect(cell.list[0]?.setData).toHaveBeenCalledOnce();
    expect(notebook.save).toHaveBeenCalledOnce();
  });

  it('touches nothing when the file has the words', async () => {
    const cell = notebook.cell('one', 'a');
    keeper().complete('a', 'Saved');
    await pass(5_000);
    expect(cell.list[0]?.setData).not.toHaveBeenCalled();
    expect(notebook.contents.get).not.toHaveBeenCalled();
  });

  it('does not save what the reader had changed', async () => {
    const cell = notebook.cell('one', 'a');
    notebook.model.dirty = true;
    keeper().complete('a', 'Whole');
    await pass(5_000);
    expect(wordsOf(cell)).toEqual(['Whole']);
    expect(notebook.save).not.toHaveBeenCalled();
  });

  it('does not touch a notebook that is read-only', async () => {
    const cell = notebook.cell('one', 'a');
    notebook.model.readOnly = true;
    keeper().complete('a', 'Whole');
    await pass(5_000);
    expect(wordsOf(cell)).toEqual(['Saved']);
  });

  it('does not save, nor look unsaved, when another tab was first', async () => {
    notebook.cell('one', 'a');
    Object.assign(notebook.onDisk, { last_modified: 'later' });
    keeper().complete('a', 'Whole');
    await pass(5_000);
    expect([notebook.save.mock.calls.length, notebook.model.dirty]).toEqual([0, false]);
  });
});

describe('put-back', () => {
  const UNFINISHED = expect.stringMatching(/^\*The answer was still being written.*`a`/);

  it('gives a cell its outputs back, in order, and saves', async () => {
    const cell = notebook.cell('one');
    const other = notebook.cell('two', 'x');
    unplaced = [
      record({ stream_id: 'b', created_at: 3 }),
      record({ stream_id: 'a', created_at: 2 }),
      record({ stream_id: 'old', created_at: 1, execution: 'earlier' }),
      record({ stream_id: 'elsewhere', cell_id: 'gone' }),
    ];
    await keeper().restore();
    expect([cell.ids, other.ids]).toEqual([['a', 'b'], ['x']]);
    expect(cell.list[0]?.data).toEqual({
      'application/vnd.nb-persistent-stream.v1+json': { stream_id: 'a', model_id: '' },
      'text/markdown': UNFINISHED,
      'text/plain': UNFINISHED,
    });
    expect(notebook.save).toHaveBeenCalledOnce();
    expect(asked).toEqual(['streams?notebook=folder%2Fa+b.ipynb&unplaced=true&limit=500']);
  });

  it('leaves what is there', async () => {
    const cell = notebook.cell('one', 'a');
    unplaced = [record({ stream_id: 'a' })];
    await keeper().restore();
    expect([cell.ids, notebook.save.mock.calls.length]).toEqual([['a'], 0]);
    // It is in the file, whoever wrote that.
    expect(reports).toEqual([['a']]);
  });

  it('leaves a cell alone that this page has run', async () => {
    const cell = notebook.cell('one');
    vi.spyOn(runs, 'has').mockReturnValue(true);
    unplaced = [record()];
    await keeper().restore();
    expect([cell.ids, notebook.contents.get.mock.calls.length]).toEqual([[], 0]);
  });

  it('replaces the outputs of an earlier run', async () => {
    const cell = notebook.cell('one', 'old', 'deleted');
    stored = [record({ stream_id: 'old', execution: 'earlier', created_at: 1 })];
    unplaced = [record({ stream_id: 'a', created_at: 2 })];
    await keeper().restore();
    expect(cell.ids).toEqual(['deleted', 'a']);
  });

  it('does not put back what a later run has replaced', async () => {
    const cell = notebook.cell('one', 'new');
    stored = [record({ stream_id: 'new', execution: 'later', created_at: 3 })];
    unplaced = [record({ stream_id: 'a', created_at: 2 })];
    await keeper().restore();
    expect(cell.ids).toEqual(['new']);
  });

  it('shows it, and stays clean, where it can not save', async () => {
    const cell = notebook.cell('one');
    notebook.model.readOnly = true;
    unplaced = [record({ stream_id: 'a' })];
    await keeper().restore();
    expect([cell.ids, notebook.model.dirty, notebook.save.mock.calls.length]).toEqual([
      ['a'],
      false,
      0,
    ]);
  });

  it('does nothing where the server does not know', async () => {
    vi.mocked(fetch).mockResolvedValue(new Response('', { status: 404 }));
    notebook.cell('one');
    await keeper().restore();
    expect(notebook.contents.get).not.toHaveBeenCalled();
  });
});

describe('a save', () => {
  it('tells the server which streams are in the file, once', async () => {
    notebook.cell('one', 'a', 'b');
    keeper();
    await notebook.save();
    await pass(0);
    await notebook.save();
    expect(reports).toEqual([['a', 'b']]);
    const { headers } = vi.mocked(fetch).mock.calls[0]?.[1] ?? {};
    expect(headers).toHaveProperty('X-XSRFToken');
  });

  it('does not count what came while it was under way', async () => {
    const cell = notebook.cell('one', 'a');
    keeper();
    const saved = notebook.save();
    cell.outputs.add({
      data: { 'application/vnd.nb-persistent-stream.v1+json': { stream_id: 'b' } },
    });
    await saved;
    expect(reports).toEqual([['a']]);
  });

  it('counts what the reader has removed: it is not lost', async () => {
    const cell = notebook.cell('one', 'a');
    keeper().live('a');
    cell.outputs.remove(0);
    await notebook.save();
    expect(reports).toEqual([['a']]);
  });

  it('that fails tells nothing', () => {
    notebook.cell('one', 'a');
    keeper();
    notebook.saveState.emit('started');
    notebook.saveState.emit('failed');
    expect(reports).toEqual([]);
  });

  it('is told again when the server did not hear it', async () => {
    notebook.cell('one', 'a');
    takesReports = false;
    keeper();
    await notebook.save();
    await pass(0);
    takesReports = true;
    await notebook.save();
    await pass(0);
    await notebook.save();
    expect(reports).toEqual([['a'], ['a']]);
  });
});
