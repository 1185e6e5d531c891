import type { ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ListedStream } from '../../protocol';
import type { Acts } from './acts';
import type { Notebooks } from './notebooks';
import type { Act } from './row';
import type { Tabs } from './tabs';
import { isLive, nameOf } from './words';

const PREFIX = 'nb-persistent-stream';
const CATEGORY = 'Streams';

export const SHOW = `${PREFIX}:show`;

/** The command that does a thing with a stream. */
export const COMMANDS: Readonly<Record<Act, string>> = {
  open: `${PREFIX}:open`,
  insert: `${PREFIX}:insert-watch`,
  copy: `${PREFIX}:copy`,
  rename: `${PREFIX}:rename`,
  stop: `${PREFIX}:stop`,
  delete: `${PREFIX}:delete`,
};

const STREAM_ID = {
  type: 'string',
  description: 'The id of the stream; by default the one that is chosen in the sidebar',
};
const NAME = { type: 'string', description: "The tab's label; by default the stream's name" };

type Args = ReadonlyPartialJSONObject;

/** What the commands work with. */
export interface Workings {
  readonly acts: Acts;
  readonly tabs: Tabs;
  readonly notebooks: Notebooks;
  showSidebar(): void;
  /** The stream that is chosen in the sidebar, while that is seen. */
  chosen(): ListedStream | null;
  /** A stream by its id: as the list has it, or else as the server does. */
  find(streamId: string): Promise<ListedStream | null>;
  /** The streams in the active cell's outputs. */
  inActiveCell(): readonly string[];
}

/** Adds the commands to the application and, each for the stream that is chosen, to its palette. */
export function addCommands(
  commands: CommandRegistry,
  palette: ICommandPalette,
  workings: Workings,
): void {
  const { acts, tabs, notebooks, chosen } = workings;
  const idOf = (args: Args) => given(args) ?? chosen()?.stream_id ?? null;
  /** Lets a command act on a stream, and be there only where it has one. */
  const onStream = (act: (streamId: string, args: Args) => void | Promise<void>) => ({
    isEnabled: (args: Args) => idOf(args) !== null,
    execute: async (args: Args) => {
      const id = idOf(args);
      if (id !== null) await act(id, args);
    },
  });
  const chosenIs = (live: boolean) => {
    const stream = chosen();
    return stream !== null && isLive(stream) === live;
  };
  const toStop = (args: Args): readonly string[] => {
    const id = given(args) ?? (chosenIs(true) ? idOf(args) : null);
    return id === null ? workings.inActiveCell() : [id];
  };

  const add = (
    id: string,
    options: CommandRegistry.ICommandOptions,
    properties: ReadonlyJSONObject,
  ) => {
    commands.addCommand(id, { ...options, describedBy: { args: { type: 'object', properties } } });
    palette.addItem({ command: id, category: CATEGORY });
  };
  const showOptions = {
    label: 'Show Streams',
    caption: 'Show the streams of all notebooks in the sidebar',
    execute: () => workings.showSidebar(),
  };
  const open = {
    label: 'Open Stream in a Tab',
    caption: 'Show the stream in a tab of its own',
    ...onStream(async (id, { name }) => {
      if (typeof name === 'string') return tabs.open(id, name);
      const stream = await workings.find(id);
      return tabs.open(id, stream ? nameOf(stream) : id);
    }),
  };
  const insertion = onStream((id) => notebooks.insertWatch(id));
  const insert = {
    ...insertion,
    label: 'Insert watch() of Stream',
    caption: () => notebooks.hindrance || 'Show the stream in a new cell, below the active one',
    isEnabled: (args: Args) => notebooks.hindrance === '' && insertion.isEnabled(args),
  };
  const copy = {
    label: 'Copy Text of Stream',
    caption: 'Copy the text of the stream, as far as it is written',
    ...onStream((id) => acts.copy(id)),
  };
  const stop = {
    label: 'Stop Stream',
    caption: 'Stop the stream that is chosen in the sidebar, or those of the active cell',
    isEnabled: (args: Args) => toStop(args).length > 0,
    execute: (args: Args) => acts.stop(toStop(args)),
  };
  const onFound = (act: (stream: ListedStream) => Promise<void>) =>
    onStream(async (id) => {
      const stream = await workings.find(id);
      if (stream) await act(stream);
      else acts.tell('There is no such stream any more.');
    });
  const rename = {
    label: 'Rename Stream…',
    caption: 'Give the stream another title',
    ...onFound(async (stream) => {
      const name = await acts.rename(stream);
      if (name !== null) tabs.rename(stream.stream_id, name);
    }),
  };
  const remove = {
    ...onFound((stream) => acts.delete(stream)),
    label: 'Delete Stream…',
    caption: 'Delete a stream that has ended from the store; notebooks keep their saved copy',
    isEnabled: (args: Args) => given(args) !== null || chosenIs(false),
  };

  add(SHOW, showOptions, {});
  add(COMMANDS.open, open, { stream_id: STREAM_ID, name: NAME });
  for (const [act, options] of Object.entries({ insert, copy, rename, stop, delete: remove })) {
    add(COMMANDS[act as Act], options, { stream_id: STREAM_ID });
  }
}

function given(args: Args): string | null {
  return typeof args.stream_id === 'string' ? args.stream_id : null;
}
