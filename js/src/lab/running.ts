import type { IRunningSessions } from '@jupyterlab/running';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ISignal, Signal } from '@lumino/signaling';
import { cancel } from '../http';
import type { Server } from '../page';
import { liveStreams, type StreamRecord } from './rest';

interface Application {
  readonly Signal: typeof Signal;
  readonly textEditorIcon: LabIcon;
  open(path: string): void;
}

/** How old a list may be that is shown. */
const FRESH = 2_000;

/** The live streams, in the panel of running terminals and kernels; fetched when the panel asks. */
export class RunningStreams implements IRunningSessions.IManager {
  readonly name = 'Streams';
  readonly shutdownLabel = 'Stop';
  readonly shutdownAllLabel = 'Stop All';
  readonly shutdownAllConfirmationText = 'Stop all streams, of all notebooks?';
  readonly runningChanged: ISignal<this, void>;
  readonly #changed: Signal<this, void>;
  readonly #server: Server;
  readonly #app: Application;
  #streams: readonly StreamRecord[] = [];
  /** Not at first: JupyterLab reads every list when it makes the panel, hidden. */
  #askedAt = performance.now();

  constructor(server: Server, app: Application) {
    this.#server = server;
    this.#app = app;
    this.#changed = new app.Signal<this, void>(this);
    this.runningChanged = this.#changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    // The panel asks for a new list only by its button, and reads the old one when it is opened.
    if (performance.now() - this.#askedAt > FRESH) this.refreshRunning();
    return this.#streams.map((stream) => this.#item(stream));
  }

  refreshRunning(): void {
    void this.#refresh();
  }

  shutdownAll(): void {
    void this.#stop(this.#streams);
  }

  #item(stream: StreamRecord): IRunningSessions.IRunningItem {
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

  async #stop(streams: readonly StreamRecord[]): Promise<void> {
    await Promise.all(streams.map(({ stream_id: id }) => cancel(this.#server, id)));
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#askedAt = performance.now();
    this.#streams = await liveStreams(this.#server);
    this.#changed.emit();
  }
}
