import type { AnyModel, AnyWidget } from '@anywidget/types';
import { Inbox } from './inbox';
import { findServer } from './page';
import { addInbox, sharedViewer, type Viewer } from './registry';

/** The viewer's file name, with its content hash; filled in by the build. */
declare const VIEWER_FILE: string;

/** How long a kernel may take to send the viewer before the reader is told what it waits for. */
const PATIENCE = 10_000;

// Both hooks clean up by what they return: every version of anywidget calls that.
const widget: AnyWidget = {
  initialize({ model }) {
    const inbox = new Inbox(model);
    addInbox(inbox);
    return () => inbox.close();
  },

  render({ model, el }) {
    const controller = new AbortController();
    void show(model, el, controller.signal);
    return () => controller.abort();
  },
};

export default widget;

async function show(model: AnyModel, el: HTMLElement, signal: AbortSignal): Promise<void> {
  const slow = setTimeout(() => {
    el.textContent = 'Waiting for the kernel to send the viewer: it may be busy or gone.';
  }, PATIENCE);
  signal.addEventListener('abort', () => clearTimeout(slow));
  try {
    const viewer = await load(model);
    if (signal.aborted) return;
    el.replaceChildren();
    viewer.mount({ el, streamId: model.get('stream_id'), signal });
  } catch (error) {
    el.textContent = `The viewer of this stream could not be shown (${error}). Its text is stored.`;
  } finally {
    clearTimeout(slow);
  }
}

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
