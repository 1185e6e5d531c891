import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRunningSessionManagers } from '@jupyterlab/running';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { findServer } from '../page';
import type { Viewer } from '../registry';
import { MIME_TYPE } from './bundle';
import { NotebookCare } from './care';
import { News } from './news';
import { COMMANDS } from './panel/commands';
import { browsing } from './panel/plugin';
import { rendererOn, type Viewing } from './renderer';
import { Reruns } from './reruns';
import { followWhileSeen, RunningStreams } from './running';
import { Runs } from './runs';
import type { Scope } from './scope';
import { saveOnStream } from './settings';

type Plugin = JupyterFrontEndPlugin<void>;

/** Before the widget manager's renderer (-10), which shows an error where there is no kernel. */
const RANK = -20;
/** The settings' schema has its name. */
const NOTEBOOKS = 'nb-persistent-stream:plugin';

/** What this extension does in the application at hand: the optional parts need what not all share. */
export async function plugins(scope: Scope, load: () => Promise<Viewer>): Promise<Plugin[]> {
  const news = new News();
  const notebook = await scope.find('@jupyterlab/notebook');
  const runs = new Runs(notebook?.NotebookActions ?? null);
  const reruns = new Reruns(runs);
  const all = [
    await rendering(scope, { load, runs, observer: news, rerun: (el) => reruns.of(el) }),
    await notebooks(scope, runs, news, reruns),
    await running(scope, load),
    await browsing(scope, load),
  ];
  return all.filter((plugin) => plugin !== null);
}

async function rendering(scope: Scope, viewing: Omit<Viewing, 'opener'>): Promise<Plugin> {
  const { IRenderMimeRegistry } = await scope.need('@jupyterlab/rendermime');
  const { Widget } = await scope.need('@lumino/widgets');
  return {
    id: 'nb-persistent-stream:renderer',
    description: 'Shows streams in the outputs of cells.',
    autoStart: true,
    requires: [IRenderMimeRegistry],
    activate: ({ commands }, rendermime: IRenderMimeRegistry) => {
      const opener = () => {
        // Asked each time: the plugin that has the command may come later, or never.
        if (!commands.hasCommand(COMMANDS.open)) return undefined;
        return (streamId: string) => void commands.execute(COMMANDS.open, { stream_id: streamId });
      };
      const Renderer = rendererOn(Widget, { ...viewing, opener });
      const createRenderer = () => new Renderer();
      // Safe: a body is shown as text, in an untrusted notebook as well.
      rendermime.addFactory({ safe: true, mimeTypes: [MIME_TYPE], createRenderer }, RANK);
    },
  };
}

async function notebooks(
  scope: Scope,
  runs: Runs,
  news: News,
  reruns: Reruns,
): Promise<Plugin | null> {
  const notebook = await scope.find('@jupyterlab/notebook');
  const settings = await scope.find('@jupyterlab/settingregistry');
  const cells = await scope.find('@jupyterlab/cells');
  const server = findServer();
  if (!notebook || !settings || !server) return null;
  return {
    id: NOTEBOOKS,
    description: 'Keeps streams in the files of notebooks.',
    autoStart: true,
    optional: [notebook.INotebookTracker, settings.ISettingRegistry],
    activate: (
      app: JupyterFrontEnd,
      tracker: INotebookTracker | null,
      registry: ISettingRegistry | null,
    ) => {
      if (!tracker) return;
      if (cells) reruns.begin(tracker, cells.CodeCell);
      const page = {
        contents: app.serviceManager.contents,
        server,
        saveOnStream: saveOnStream(registry, NOTEBOOKS),
        runs,
      };
      news.add(new NotebookCare(tracker, page));
    },
  };
}

async function running(scope: Scope, load: () => Promise<Viewer>): Promise<Plugin | null> {
  const sessions = await scope.find('@jupyterlab/running');
  const signaling = await scope.find('@lumino/signaling');
  const icons = await scope.find('@jupyterlab/ui-components');
  const server = findServer();
  if (!sessions || !signaling || !icons || !server) return null;
  return {
    id: 'nb-persistent-stream:running',
    description: 'Lists live streams in the panel of running sessions.',
    autoStart: true,
    optional: [sessions.IRunningSessionManagers],
    activate: (
      { commands, restored }: JupyterFrontEnd,
      managers: IRunningSessionManagers | null,
    ) => {
      if (!managers) return;
      const { textEditorIcon } = icons;
      const open = (path: string) => void commands.execute('docmanager:open', { path });
      const { Signal } = signaling;
      const streams = new RunningStreams(server, { Signal, textEditorIcon, open });
      managers.add(streams);
      void restored.then(() => followWhileSeen(streams, load));
    },
  };
}
