/** The modules of JupyterLab that this extension uses; none of them is in its bundle. */
interface Modules {
  '@jupyterlab/application': typeof import('@jupyterlab/application');
  '@jupyterlab/apputils': typeof import('@jupyterlab/apputils');
  '@jupyterlab/cells': typeof import('@jupyterlab/cells');
  '@jupyterlab/notebook': typeof import('@jupyterlab/notebook');
  '@jupyterlab/rendermime': typeof import('@jupyterlab/rendermime');
  '@jupyterlab/running': typeof import('@jupyterlab/running');
  '@jupyterlab/settingregistry': typeof import('@jupyterlab/settingregistry');
  '@jupyterlab/ui-components': typeof import('@jupyterlab/ui-components');
  '@lumino/coreutils': typeof import('@lumino/coreutils');
  '@lumino/dragdrop': typeof import('@lumino/dragdrop');
  '@lumino/signaling': typeof import('@lumino/signaling');
  '@lumino/widgets': typeof import('@lumino/widgets');
}

type Factory = () => unknown;

/** webpack's share scope: by package, then by version. */
export type ShareScope = Readonly<
  Record<string, Readonly<Record<string, { get(): Factory | Promise<Factory> }>>>
>;

/** What the application shares with its extensions. */
export class Scope {
  readonly #shared: ShareScope;

  constructor(shared: ShareScope) {
    this.#shared = shared;
  }

  /** A module in its newest version, or null: Voila and Notebook 7 share less than JupyterLab. */
  async find<K extends keyof Modules>(name: K): Promise<Modules[K] | null> {
    const versions = this.#shared[name] ?? {};
    const newest = Object.keys(versions).sort(byVersion).at(-1);
    const shared = newest === undefined ? undefined : versions[newest];
    if (!shared) return null;
    const factory = await shared.get();
    return factory() as Modules[K];
  }

  async need<K extends keyof Modules>(name: K): Promise<Modules[K]> {
    const module = await this.find(name);
    if (!module) throw new Error(`this application does not share ${name}`);
    return module;
  }
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
