// The anywidget for pages that reach a Jupyter server: a small loader of the one shared viewer.
import type { AnyModel } from '@anywidget/types';
import { anywidget } from './anywidget';
import { findServer } from './page';
import { sharedViewer, type Viewer } from './registry';

/** The viewer's file name, with its content hash; filled in by the build. */
declare const VIEWER_FILE: string;

export default anywidget(load);

/** The page's one viewer: from the labextension or the server, or else from a kernel. */
async function load(model: AnyModel): Promise<Viewer> {
  const loaded = await sharedViewer(VIEWER_FILE, fromServer).catch(() => null);
  if (loaded) return loaded;
  // Every view asks its own kernel, for another's may be gone; the first answer serves all.
  const source = await fromKernel(model);
  return sharedViewer(VIEWER_FILE, () => importSource(source));
}

/** Fails where there is no server, or where it has another version or no extension. */
async function fromServer(): Promise<Viewer> {
  const server = findServer();
  if (!server) throw new Error('this page has no server');
  return import(/* @vite-ignore */ `${server.url}static/${VIEWER_FILE}`);
}

function fromKernel(model: AnyModel): Promise<string> {
  return new Promise((resolve) => {
    const receive = (content: { type?: string; source?: string }) => {
      if (content.type !== 'viewer') return;
      model.off('msg:custom', receive);
      resolve(content.source ?? '');
    };
    model.on('msg:custom', receive);
    model.send({ type: 'viewer' });
  });
}

async function importSource(source: string): Promise<Viewer> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
