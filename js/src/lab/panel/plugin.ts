import type {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { findServer, type Server } from '../../page';
import type { ListedStream } from '../../protocol';
import type { Viewer } from '../../registry';
import { streamOutputs } from '../outputs';
import { findStream } from '../rest';
import type { Scope } from '../scope';
import { Acts } from './acts';
import { addCommands, COMMANDS } from './commands';
import { makeDraggable } from './drag';
import { STREAMS_SVG } from './icon';
import { Notebooks } from './notebooks';
import { Panel } from './panel';
import { SIDEBAR_ID, sidebarOn } from './sidebar';
import { Tabs } from './tabs';
import { nameOf } from './words';

/** After the file browser (100) and the running sessions (200). */
const RANK = 210;
const IN_MENU = ['open', 'insert', 'copy', 'rename', 'stop', 'delete'] as const;

/** The sidebar of streams and its commands; null where the application shares too little. */
export async function browsing(
  scope: Scope,
  load: () => Promise<Viewer>,
): Promise<JupyterFrontEndPlugin<void> | null> {
  const server = findServer();
  const types = await typesOf(scope);
  if (!server || !types) return null;
  const { application, apputils, notebook } = types;
  return {
    id: 'nb-persistent-stream:browser',
    description: 'Lists all streams in a sidebar, and opens them in tabs.',
    autoStart: true,
    optional: [
      apputils.ICommandPalette,
      application.ILabShell,
      application.ILayoutRestorer,
      notebook.INotebookTracker,
    ],
    activate: (
      app: JupyterFrontEnd,
      palette: ICommandPalette | null,
      labShell: ILabShell | null,
      restorer: ILayoutRestorer | null,
      tracker: INotebookTracker | null,
    ) => {
      // An application without commands, such as Voila, is for reading alone.
      if (palette) activate({ app, palette, labShell, restorer, tracker, server, load, types });
    },
  };
}

/** What the sidebar takes from the application's modules. */
type Types = NonNullable<Awaited<ReturnType<typeof typesOf>>>;

async function typesOf(scope: Scope) {
  const [application, apputils, notebook, ui, coreutils, dragdrop, widgets] = await Promise.all([
    scope.find('@jupyterlab/application'),
    scope.find('@jupyterlab/apputils'),
    scope.find('@jupyterlab/notebook'),
    scope.find('@jupyterlab/ui-components'),
    scope.find('@lumino/coreutils'),
    scope.find('@lumino/dragdrop'),
    scope.find('@lumino/widgets'),
  ]);
  const all = { application, apputils, notebook, ui, coreutils, dragdrop, widgets };
  return hasAll(all) ? all : null;
}

function hasAll<T extends object>(modules: T): modules is { [K in keyof T]: NonNullable<T[K]> } {
  return Object.values(modules).every((module) => module !== null);
}

interface Parts {
  readonly app: JupyterFrontEnd;
  readonly palette: ICommandPalette;
  readonly labShell: ILabShell | null;
  readonly restorer: ILayoutRestorer | null;
  readonly tracker: INotebookTracker | null;
  readonly server: Server;
  readonly load: () => Promise<Viewer>;
  readonly types: Types;
}

function activate({ app, palette, labShell, restorer, tracker, server, load, types }: Parts): void {
  const { apputils, notebook, ui, coreutils, dragdrop, widgets } = types;
  const { commands, shell } = app;
  const forever = new AbortController().signal;
  const icon = new ui.LabIcon({ name: 'nb-persistent-stream:streams', svgstr: STREAMS_SVG });
  const icons = {
    insert: ui.addBelowIcon,
    copy: ui.copyIcon,
    stop: ui.stopIcon,
    delete: ui.deleteIcon,
  };
  const notebooks = new Notebooks(tracker, notebook.NotebookActions);
  const acts = new Acts(server, apputils);

  const panel = new Panel(
    {
      load,
      notebook: () => notebooks.path,
      icon: (act) => icons[act].element({ tag: 'span', height: '14px', width: '14px' }),
      hindrance: (act) => (act === 'insert' ? notebooks.hindrance : ''),
      act: (act, stream) => {
        const args = { stream_id: stream.stream_id, name: nameOf(stream) };
        if (act === 'insert' && notebooks.hindrance) acts.tell(notebooks.hindrance);
        else void commands.execute(COMMANDS[act], args);
      },
    },
    forever,
  );
  notebooks.onTurn(() => panel.turn());
  const dragTypes = { Drag: dragdrop.Drag, MimeData: coreutils.MimeData };
  makeDraggable(panel.element, (event) => panel.streamOf(event), dragTypes, forever);

  // Where the main area holds one document alone, as in Notebook 7, there is room below it.
  const { Widget } = widgets;
  const { MainAreaWidget, WidgetTracker } = apputils;
  const area = labShell ? 'main' : 'down';
  const openStream = (streamId: string) =>
    void commands.execute(COMMANDS.open, { stream_id: streamId });
  const tabTypes = { Widget, MainAreaWidget, WidgetTracker, icon, openStream };
  const tabs = new Tabs(shell, area, load, tabTypes);
  addCommands(commands, palette, {
    acts,
    tabs,
    notebooks,
    showSidebar: () => shell.activateById(SIDEBAR_ID),
    chosen: () => panel.chosen,
    find: async (streamId) => panel.find(streamId) ?? (await storedStream(server, streamId)),
    inActiveCell: () => {
      const cell = notebooks.activeCell;
      if (cell?.type !== 'code') return [];
      return streamOutputs(cell as ICodeCellModel).map(({ streamId }) => streamId);
    },
  });
  for (const [rank, act] of IN_MENU.entries()) {
    app.contextMenu.addItem({ command: COMMANDS[act], selector: '.nbps-row', rank });
  }

  app.contextMenu.menu.aboutToClose.connect(() => panel.closeMenu());

  const sidebar = sidebarOn(Widget, panel, icon);
  shell.add(sidebar, 'left', { rank: RANK, type: 'Streams' });
  restorer?.add(sidebar, SIDEBAR_ID);
  if (restorer) tabs.restoreBy(restorer, COMMANDS.open);
}

/** A stream that the list does not hold now. */
async function storedStream(server: Server, streamId: string): Promise<ListedStream | null> {
  const record = await findStream(server, streamId);
  return record && { ...record, prompt: null, tags: [] };
}
