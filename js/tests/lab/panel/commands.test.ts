import type { ICommandPalette } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Acts, type Speech } from '../../../src/lab/panel/acts';
import { addCommands } from '../../../src/lab/panel/commands';
import { Notebooks } from '../../../src/lab/panel/notebooks';
import type { Tabs } from '../../../src/lab/panel/tabs';
import { findServer } from '../../../src/page';
import type { ListedStream } from '../../../src/protocol';
import { jupyterPage, listed, text } from '../../fakes';

const CELL = 'from nb_persistent_stream import watch\nwatch("a")';

let answers: Record<string, () => Response>;
let chosen: ListedStream | null;
let inCell: string[];
let accept: boolean;
let given: string;
const tabs = { open: vi.fn(), rename: vi.fn() };
const said = { info: vi.fn(), error: vi.fn() };
const getText = vi.fn(async (_options: { text: string }) => ({ button: { accept }, value: given }));
const showDialog = vi.fn(async (_options: { body: string }) => ({ button: { accept } }));
const writeText = vi.fn();
const items: object[] = [];
const notebook = {
  context: { localPath: 'a.ipynb', model: { readOnly: false } },
  content: {
    activeCellIndex: 0,
    widgets: [1, 2],
    model: { sharedModel: { insertCell: vi.fn() } },
    deselectAll() {},
  },
};
const tracker = { currentWidget: notebook as object | null };

const requests = () =>
  vi.mocked(fetch).mock.calls.map(([url, init]) => {
    return [init?.method ?? 'GET', String(url).split('/v1/')[1]].join(' ');
  });

function registry(): CommandRegistry {
  const server = findServer();
  if (!server) throw new Error('the page names a server');
  const Dialog = { cancelButton: () => ({}), warnButton: () => ({}) };
  const InputDialog = { getText };
  const speech = { Dialog, InputDialog, Notification: said, showDialog } as unknown as Speech;
  const actions = { focusActiveCell: vi.fn() } as unknown as typeof NotebookActions;
  const commands = new CommandRegistry();
  const palette = { addItem: (item: object) => items.push(item) } as unknown as ICommandPalette;
  addCommands(commands, palette, {
    acts: new Acts(server, speech),
    tabs: tabs as unknown as Tabs,
    notebooks: new Notebooks(tracker as unknown as INotebookTracker, actions),
    showSidebar() {},
    chosen: () => chosen,
    find: async (id) => (id === 'a' ? listed({ stream_id: 'a', title: 'Summary' }) : chosen),
    inActiveCell: () => inCell,
  });
  return commands;
}

const execute = (act: string, args = {}) => registry().execute(`nb-persistent-stream:${act}`, args);
const isEnabled = (act: string, args = {}) =>
  registry().isEnabled(`nb-persistent-stream:${act}`, args);

beforeEach(() => {
  vi.resetAllMocks();
  jupyterPage();
  [chosen, inCell, accept, given, answers] = [null, [], true, '', {}];
  items.length = 0;
  tracker.currentWidget = notebook;
  notebook.context.model.readOnly = false;
  notebook.content.activeCellIndex = 0;
  vi.stubGlobal(
    'fetch',
    vi.fn(async (url: string) => {
      const path = url.split('/v1/')[1] ?? '';
      return answers[path]?.() ?? Response.json({});
    }),
  );
  vi.stubGlobal('navigator', { clipboard: { writeText } });
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe('the commands', () => {
  it('are in the palette, and say what they do and what they take', async () => {
    const commands = registry();
    expect(items).toHaveLength(7);
    for (const id of commands.listCommands()) {
      expect([commands.label(id), commands.caption(id)]).not.toContain('');
      const { args } = await commands.describedBy(id);
      expect(args?.type).toBe('object');
    }
  });

  it('are there for the stream that is chosen, and for one that is given', () => {
    const acts = ['open', 'insert-watch', 'copy', 'rename', 'stop', 'delete'];
    const enabled = (args = {}) => acts.filter((act) => isEnabled(act, args));
    expect(enabled()).toEqual([]);
    expect(enabled({ stream_id: 'a' })).toEqual(acts);
    chosen = listed({ stream_id: 'a' });
    expect(enabled()).toEqual(['open', 'insert-watch', 'copy', 'rename', 'delete']);
    chosen = listed({ stream_id: 'a', status: 'streaming', finished_at: null });
    expect(enabled()).toEqual(['open', 'insert-watch', 'copy', 'rename', 'stop']);
  });

  it('open a stream under its name', async () => {
    await execute('open', { stream_id: 'a' });
    await execute('open', { stream_id: 'a', name: 'Given' });
    await execute('open', { stream_id: 'unknown' });
    expect(tabs.open.mock.calls).toEqual([
      ['a', 'Summary'],
      ['a', 'Given'],
      ['unknown', 'unknown'],
    ]);
  });

  it('stop the chosen stream, or else those of the active cell', async () => {
    inCell = ['c', 'd'];
    await execute('stop');
    chosen = listed({ stream_id: 'a', status: 'pending', finished_at: null });
    await execute('stop');
    expect(requests()).toEqual([
      'POST streams/c/cancel',
      'POST streams/d/cancel',
      'POST streams/a/cancel',
    ]);
    expect(said.error).not.toHaveBeenCalled();
    answers['streams/a/cancel'] = () => new Response('', { status: 403 });
    await execute('stop');
    expect(said.error.mock.calls[0]?.[0]).toMatch(/could not be stopped/);
  });
});

describe('a copy', () => {
  it('is of the whole answer, fetched part by part', async () => {
    answers['streams/a/body?offset=0'] = () =>
      Response.json({
        deltas: [text(0, 'Thinking', 'reasoning'), text(8, 'Hello ')],
        next_offset: 14,
        complete: false,
      });
    answers['streams/a/body?offset=14'] = () =>
      Response.json({ deltas: [text(14, 'world')], next_offset: 19, complete: true });
    await execute('copy', { stream_id: 'a' });
    expect(writeText).toHaveBeenCalledExactlyOnceWith('Hello world');
    expect(requests()).toHaveLength(2);
    expect(said.info).toHaveBeenCalledOnce();
  });

  it('ends where a live stream stands', async () => {
    answers['streams/a/body?offset=0'] = () =>
      Response.json({ deltas: [text(0, 'Hi')], next_offset: 2, complete: false });
    answers['streams/a/body?offset=2'] = () =>
      Response.json({ deltas: [], next_offset: 2, complete: false });
    await execute('copy', { stream_id: 'a' });
    expect(writeText).toHaveBeenCalledWith('Hi');
  });

  it.each([
    ['there is no text yet', [], /no text to copy yet/, 'info'],
    ['the browser refuses', [text(0, 'Hi')], /did not allow/, 'error'],
  ] as const)('says so when %s', async (_when, deltas, words, type) => {
    writeText.mockRejectedValueOnce(new Error('denied'));
    answers['streams/a/body?offset=0'] = () =>
      Response.json({ deltas, next_offset: 2, complete: true });
    await execute('copy', { stream_id: 'a' });
    expect(said[type].mock.calls[0]?.[0]).toMatch(words);
  });

  it('says so when the server does not give it', async () => {
    answers['streams/a/body?offset=0'] = () => new Response('', { status: 500 });
    await execute('copy', { stream_id: 'a' });
    expect(said.error.mock.calls[0]?.[0]).toMatch(/could not be fetched/);
  });
});

describe('a deletion', () => {
  it('asks first, by name, and says what stays', async () => {
    accept = false;
    await execute('delete', { stream_id: 'a' });
    const [{ body } = { body: '' }] = showDialog.mock.calls[0] ?? [];
    expect(body).toMatch(/“Summary”.*nothing can bring it back.*Notebooks keep the copy/);
    expect(requests()).toEqual([]);
    accept = true;
    await execute('delete', { stream_id: 'a' });
    expect(requests()).toEqual(['DELETE streams/a']);
  });

  it.each([
    [204, 0],
    [404, 0],
    [403, 1],
  ])('takes the answer %i for %i failures', async (status, failures) => {
    answers['streams/a'] = () => new Response(null, { status });
    await execute('delete', { stream_id: 'a' });
    expect(said.error).toHaveBeenCalledTimes(failures);
  });

  it('is not of a live stream', async () => {
    chosen = listed({ stream_id: 'b', status: 'streaming', finished_at: null });
    await execute('delete', { stream_id: 'b' });
    expect(said.info.mock.calls[0]?.[0]).toMatch(/running. Stop it/);
    expect([showDialog.mock.calls, requests()]).toEqual([[], []]);
  });
});

describe('a new title', () => {
  const sent = () => vi.mocked(fetch).mock.calls.map(([, init]) => init?.body);

  it('is asked for, sent, and put on the tab', async () => {
    given = ' Better ';
    await execute('rename', { stream_id: 'a' });
    expect(getText.mock.calls[0]?.[0].text).toBe('Summary');
    expect([requests(), sent()]).toEqual([['PATCH streams/a'], ['{"title":"Better"}']]);
    expect(tabs.rename).toHaveBeenCalledExactlyOnceWith('a', 'Better');
  });

  it('may be none, and then the prompt names the stream', async () => {
    chosen = listed({ stream_id: 'b', title: 'Old', prompt: 'Why?' });
    await execute('rename', { stream_id: 'b' });
    expect(sent()).toEqual(['{"title":null}']);
    expect(tabs.rename).toHaveBeenCalledWith('b', 'Why?');
  });

  it('is left as it was when the reader thinks better of it, or the server refuses', async () => {
    accept = false;
    await execute('rename', { stream_id: 'a' });
    expect(requests()).toEqual([]);
    accept = true;
    answers['streams/a'] = () => new Response('', { status: 403 });
    await execute('rename', { stream_id: 'a' });
    expect(said.error.mock.calls[0]?.[0]).toMatch(/could not be renamed/);
    expect(tabs.rename).not.toHaveBeenCalled();
  });
});

describe('an insertion', () => {
  it('is a cell below the active one', async () => {
    await execute('insert-watch', { stream_id: 'a' });
    const insert = notebook.content.model.sharedModel.insertCell;
    expect(insert.mock.calls[0]).toMatchObject([1, { cell_type: 'code', source: CELL }]);
    expect(notebook.content.activeCellIndex).toBe(1);
  });

  it('needs a notebook that can be written', () => {
    const caption = () => registry().caption('nb-persistent-stream:insert-watch');
    notebook.context.model.readOnly = true;
    expect([isEnabled('insert-watch', { stream_id: 'a' }), caption()]).toEqual([
      false,
      'This notebook is read-only.',
    ]);
    tracker.currentWidget = null;
    expect([isEnabled('insert-watch', { stream_id: 'a' }), caption()]).toEqual([
      false,
      'Open a notebook to insert a cell into it.',
    ]);
  });
});
