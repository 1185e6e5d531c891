import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { sharedViewer, type Viewer } from '../registry';
import { plugins } from './plugins';
import { Scope, type ShareScope } from './scope';

/** The viewer's file name, with its content hash; filled in by the build. */
declare const VIEWER_FILE: string;

const EXTENSION = './extension';

interface ExtensionModule {
  readonly __esModule: true;
  readonly default: JupyterFrontEndPlugin<void>[];
}

/** The labextension as JupyterLab loads it: webpack's federated container, without webpack. */
export class Container {
  readonly #script: string;
  #scope = new Scope({});

  /** `script` is the URL that this came from. */
  constructor(script: string) {
    this.#script = script;
  }

  init(shared: ShareScope): void {
    this.#scope = new Scope(shared);
  }

  async get(module: string): Promise<() => ExtensionModule> {
    if (module !== EXTENSION) throw new Error(`there is no ${module}, only ${EXTENSION}`);
    const found = await plugins(this.#scope, () => this.#viewer());
    return () => ({ __esModule: true, default: found });
  }

  /** From beside this script: the server's own extension may be missing, or of another version. */
  #viewer(): Promise<Viewer> {
    const url = new URL(VIEWER_FILE, this.#script).href;
    return sharedViewer(VIEWER_FILE, () => import(/* @vite-ignore */ url));
  }
}
