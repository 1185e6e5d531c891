import type { JupyterFrontEnd } from '@jupyterlab/application';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Container } from '../../src/lab/container';
import { Scope, type ShareScope } from '../../src/lab/scope';
import { jupyterPage } from '../fakes';
import { FakeSignal } from './fakes';

class FakeWidget {
  readonly node = document.createElement('div');
  addClass(): void {}
  dispose(): void {}
}

const shared = (...modules: [string, object][]): ShareScope =>
  Object.fromEntries(
    modules.map(([name, module]) => [name, { '4.0.0': { get: () => () => module } }]),
  );

const rendermime: [string, object] = [
  '@jupyterlab/rendermime',
  { IRenderMimeRegistry: 'rendermime' },
];
const widgets: [string, object] = ['@lumino/widgets', { Widget: FakeWidget }];
const NotebookActions = { executionScheduled: new FakeSignal(), executed: new FakeSignal() };
const notebook: [string, object] = [
  '@jupyterlab/notebook',
  { INotebookTracker: 'tracker', NotebookActions },
];
const settings: [string, object] = [
  '@jupyterlab/settingregistry',
  { ISettingRegistry: 'settings' },
];

async function extensionOf(scope: ShareScope) {
  const container = new Container('http://localhost/lab/extensions/x/static/remoteEntry.js?v=1');
  container.init(scope);
  const factory = await container.get('./extension');
  return factory().default;
}

beforeEach(() => jupyterPage());
afterEach(() => document.body.replaceChildren());

describe('the share scope', () => {
  it('gives the newest version of a module', async () => {
    const version = (name: string) => ({ get: async () => () => ({ Widget: name }) });
    const versions = { '2.10.0': version('new'), '2.9.1': version('old') };
    const scope = new Scope({ '@lumino/widgets': versions });
    expect(await scope.need('@lumino/widgets')).toEqual({ Widget: 'new' });
  });

  it('knows that a module is not shared', async () => {
    const scope = new Scope({});
    expect(await scope.find('@jupyterlab/notebook')).toBeNull();
    await expect(scope.need('@lumino/widgets')).rejects.toThrow('@lumino/widgets');
  });
});

describe('the container', () => {
  it('has one module', async () => {
    await expect(new Container('http://localhost/').get('./style')).rejects.toThrow('./style');
  });

  it('renders streams where the application shares no more than that needs', async () => {
    const [plugin, ...others] = await extensionOf(shared(rendermime, widgets));
    const addFactory = vi.fn();
    plugin?.activate({} as JupyterFrontEnd, { addFactory });
    expect(others).toEqual([]);
    expect(plugin).toMatchObject({ autoStart: true, requires: ['rendermime'] });
    expect(addFactory).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        safe: true,
        mimeTypes: ['application/vnd.nb-persistent-stream.v1+json'],
      }),
      -20,
    );
  });

  it('cares for notebooks where there are some', async () => {
    const [, plugin] = await extensionOf(shared(rendermime, widgets, notebook, settings));
    // The name of the settings' schema.
    expect(plugin).toMatchObject({
      id: 'nb-persistent-stream:plugin',
      optional: ['tracker', 'settings'],
    });
    // Voila shares the module and provides no tracker.
    expect(() => plugin?.activate({} as JupyterFrontEnd, null, null)).not.toThrow();
  });

  it('lists all streams where the application shares what that needs, and has commands', async () => {
    const browsing: [string, object][] = [
      ['@jupyterlab/application', { ILabShell: 'shell', ILayoutRestorer: 'restorer' }],
      ['@jupyterlab/apputils', { ICommandPalette: 'palette' }],
      ['@jupyterlab/ui-components', {}],
      ['@lumino/coreutils', {}],
      ['@lumino/dragdrop', {}],
    ];
    const found = await extensionOf(shared(rendermime, widgets, notebook, ...browsing));
    const plugin = found.find(({ id }) => id === 'nb-persistent-stream:browser');
    expect(plugin?.optional).toEqual(['palette', 'shell', 'restorer', 'tracker']);
    // Voila shares the modules and has no palette.
    expect(() => plugin?.activate({} as JupyterFrontEnd, null, null, null, null)).not.toThrow();
  });
});
