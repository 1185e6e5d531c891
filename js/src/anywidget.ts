import type { AnyModel, AnyWidget } from '@anywidget/types';
import { Inbox } from './inbox';
import { addInbox, type Viewer } from './registry';

/** How long a kernel may take to send the viewer before the reader is told what it waits for. */
const PATIENCE = 10_000;

type Load = (model: AnyModel) => Promise<Viewer>;

/** The anywidget: it makes its model known to the page, and shows it with the viewer of `load`. */
export function anywidget(load: Load): AnyWidget {
  // Both hooks clean up by what they return: every version of anywidget calls that.
  return {
    initialize({ model }) {
      const inbox = new Inbox(model);
      addInbox(inbox);
      return () => inbox.close();
    },

    render({ model, el }) {
      const controller = new AbortController();
      void show(load, model, el, controller.signal);
      return () => controller.abort();
    },
  };
}

async function show(load: Load, model: AnyModel, el: HTMLElement, signal: AbortSignal) {
  const slow = setTimeout(() => {
    el.textContent = 'Waiting for the kernel to send the viewer: it may be busy or gone.';
  }, PATIENCE);
  signal.addEventListener('abort', () => clearTimeout(slow));
  try {
    const viewer = await load(model);
    if (signal.aborted) return;
    el.replaceChildren();
    viewer.mount({
      el,
      streamId: model.get('stream_id'),
      reused: model.get('reused') === true,
      signal,
    });
  } catch (error) {
    el.textContent = `The viewer of this stream could not be shown (${error}). Its text is stored.`;
  } finally {
    clearTimeout(slow);
  }
}
