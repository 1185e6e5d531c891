import type { IRunningSessions } from '@jupyterlab/running';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ISignal, Signal } from '@lumino/signaling';
import { cancel } from '../http';
import type { Server } from '../page';
import { type ListMessage, MOST_LISTED, type StreamState } from '../protocol';
import type { Viewer } from '../registry';
import type { ListReceiver } from '../sources/source';
import { liveStreams } from './rest';
import { whenSeen } from './seen';

interface Application {
  readonly Signal: typeof Signal;
  readonly textEditorIcon: LabIcon;
  open(path: string): void;
}

/** A stream as the panel shows it. */
type Running = StreamState & { readonly notebook: string | null };

/** How old a list may be that is shown. */
const FRESH = 2_000;

/**
 * The live streams, in the panel of running terminals and kernels. They are followed while the panel
 * is seen, and else fetched when somebody asks: the search of running sessions does.
 */
export class RunningStreams implements IRunningSessions.IManager, ListReceiver {
  readonly name = 'Streams';
  readonly shutdownLabel = 'Stop';
  readonly shutdownAllLabel = 'Stop All';
  readonly shutdownAllConfirmationText = 'Stop all streams, of all notebooks?';
  readonly window = { query: { live: true }, first: 0, count: MOST_LISTED };
  readonly runningChanged: ISignal<this, void>;
  readonly #changed: Signal<this, void>;
  readonly #server: Server;
  readonly #app: Application;
  #streams: readonly Running[] = [];
  #following: AbortController | null = null;
  /** Not at first: JupyterLab reads every list when it makes the panel, hidden. */
  #askedAt = performance.now();

  constructor(server: Server, app: Application) {
    this.#server = server;
    this.#app = app;
    this.#changed = new app.Signal<this, void>(this);
    this.runningChanged = this.#changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    // Who asks reads the old list, and is told of the new one.
    if (!this.#following && performance.now() - this.#askedAt > FRESH) this.refreshRunning();
    return this.#streams.map((stream) => this.#item(stream));
  }

  refreshRunning(): void {
    void this.#refresh();
  }

  shutdownAll(): void {
    void this.#stop(this.#streams);
  }

  /** Follows the list over the page's live socket. */
  follow(viewer: Viewer): void {
    if (this.#following) return;
    this.#following = new AbortController();
    viewer.list(this, this.#following.signal);
  }

  /** Follows it no longer: nobody sees it. */
  unfollow(): void {
    this.#following?.abort();
    this.#following = null;
  }

  receive({ streams }: ListMessage): void {
    this.#show(streams);
  }

  refuse(): void {
    this.#following = null;
  }

  connected(): void {}

  #item(stream: Running): IRunningSessions.IRunningItem {
    const { notebook } = stream;
    return {
      label: () => stream.title ?? stream.model ?? stream.stream_id,
      labelTitle: () => [stream.stream_id, notebook].filter(Boolean).join('\n'),
      detail: () => (stream.cancel_requested ? 'stopping' : stream.status),
      icon: () => this.#app.textEditorIcon,
      shutdown: () => void this.#stop([stream]),
      ...(notebook && { open: () => this.#app.open(notebook) }),
    };
  }

  async #stop(streams: readonly Running[]): Promise<void> {
    await Promise.all(streams.map(({ stream_id: id }) => cancel(this.#server, id)));
    if (!this.#following) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#askedAt = performance.now();
    this.#show(await liveStreams(this.#server));
  }

  /** A stream grows all the time; the panel is only told of what it shows. */
  #show(streams: readonly Running[]): void {
    const same = shownOf(streams) === shownOf(this.#streams);
    this.#streams = streams;
    if (!same) this.#changed.emit();
  }
}

/** JupyterLab does not tell a list whether its panel is seen, so that the page is looked at. */
export function followWhileSeen(streams: RunningStreams, load: () => Promise<Viewer>): void {
  const panel = document.querySelector('.jp-RunningSessions');
  if (!panel) return;
  let seen = false;
  whenSeen(panel, async (now) => {
    seen = now;
    if (!seen) return streams.unfollow();
    const viewer = await load().catch(() => null);
    if (viewer && seen) streams.follow(viewer);
  });
}

function shownOf(streams: readonly Running[]): string {
  return JSON.stringify(
    streams.map((one) => [
      one.stream_id,
      one.title,
      one.status,
      one.cancel_requested,
      one.notebook,
    ]),
  );
}
