import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Widget } from '@lumino/widgets';
import type { Rerun, StreamObserver, Viewer } from '../registry';
import { make } from '../view/dom';
import { type Bundle, isReused, snapshotOf, streamIdOf } from './bundle';
import type { Runs } from './runs';

/** What a view needs. */
export interface Viewing {
  readonly load: () => Promise<Viewer>;
  readonly runs: Runs;
  readonly observer: StreamObserver;
  /** Asks anew what the output that an element stands in was reused for. */
  rerun(element: Element): Rerun;
  /** What shows another stream, where something can. */
  opener(): ((streamId: string) => void) | undefined;
}

type RendererClass = new () => IRenderMime.IRenderer;

/** The renderer of a stream's output, on top of the application's own Widget. */
export function rendererOn(Base: typeof Widget, viewing: Viewing): RendererClass {
  return class StreamRenderer extends Base implements IRenderMime.IRenderer {
    #streamId: string | null = null;
    #reused = false;
    #controller = new AbortController();

    constructor() {
      super();
      this.addClass('nbps-output');
    }

    /**
     * Comes again at each `update_display` and `setData`. For a stream that is shown there is
     * nothing to do: the view lives, and what a reader selected or unfolded stays.
     */
    async renderModel({ data }: { readonly data: Bundle }): Promise<void> {
      const streamId = streamIdOf(data);
      const reused = isReused(data);
      if (streamId !== null && streamId === this.#streamId && reused === this.#reused) return;
      this.#streamId = streamId;
      this.#reused = reused;
      this.#controller.abort();
      this.#controller = new AbortController();
      this.node.replaceChildren();
      const snapshot = snapshotOf(data);
      if (streamId === null) this.#say(snapshot);
      else await this.#show(streamId, snapshot, this.#controller.signal);
    }

    override dispose(): void {
      this.#controller.abort();
      super.dispose();
    }

    async #show(streamId: string, snapshot: string, signal: AbortSignal): Promise<void> {
      const { load, runs, observer } = viewing;
      const fresh = runs.busy;
      const open = viewing.opener();
      try {
        const viewer = await load();
        viewer.mount({
          el: this.node,
          ...{ streamId, snapshot, fresh, signal, observer },
          reused: this.#reused,
          rerun: viewing.rerun(this.node),
          ...(open && { open }),
        });
      } catch (error) {
        if (signal.aborted) return;
        // The next rendering tries again.
        this.#streamId = null;
        const reason = `The viewer of this stream could not be loaded (${error}). Reload the page.`;
        this.#say(`${reason}\n\n${snapshot}`);
      }
    }

    #say(words: string): void {
      this.node.replaceChildren(make('pre', '', words));
    }
  };
}
