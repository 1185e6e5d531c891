import { Feed } from './feed';
import { findInbox, onInbox } from './registry';
import { onRevival } from './revival';
import { Session } from './session';
import type { LiveSocket } from './sources/server';
import type { ListReceiver, ListSource } from './sources/source';

/** How long a stream without a view is followed: a re-created view comes back at once. */
const GRACE = 2_000;

interface Entry {
  readonly feed: Feed;
  readonly controller: AbortController;
  views: number;
}

/** The streams that this page follows, each once, however many views it has. */
export class Streams {
  readonly #socket: LiveSocket | null;
  readonly #entries = new Map<string, Entry>();

  constructor(socket: LiveSocket | null, signal: AbortSignal) {
    this.#socket = socket;
    onInbox((inbox) => {
      const feed = this.#entries.get(inbox.streamId)?.feed;
      if (feed && !feed.idle) feed.follow(inbox);
    }, signal);
  }

  /** The feed of a stream, idle at first, for as long as some view's signal has not aborted. */
  join(streamId: string, signal: AbortSignal): Feed {
    const entry = this.#entries.get(streamId) ?? this.#open(streamId);
    entry.views += 1;
    signal.addEventListener('abort', () => this.#leave(streamId, entry));
    return entry.feed;
  }

  /**
   * Asks for what a feed is to tell. A fresh one is of a cell that was just run: it waits a moment
   * for the cell's widget.
   */
  begin(feed: Feed, fresh = false): void {
    const inbox = findInbox(feed.session.streamId);
    if (fresh && !inbox) feed.expect();
    else feed.follow(inbox);
  }

  /** Follows the list; it is the one to say that a stream was renamed which has ended. */
  list(receiver: ListReceiver, signal: AbortSignal): ListSource | null {
    const informed: ListReceiver = {
      get window() {
        return receiver.window;
      },
      receive: (message) => {
        for (const { stream_id: id, title } of message.streams) {
          this.#entries.get(id)?.feed.session.retitle(title);
        }
        receiver.receive(message);
      },
      refuse: (error) => receiver.refuse(error),
      connected: (connected) => receiver.connected(connected),
    };
    return this.#socket?.list(informed, signal) ?? null;
  }

  #open(streamId: string): Entry {
    const controller = new AbortController();
    const { signal } = controller;
    const session = new Session(streamId);
    const feed = new Feed(session, this.#socket, signal);
    if (this.#socket) {
      onRevival(session, this.#socket, signal, () => {
        this.#entries.delete(streamId);
        controller.abort();
      });
    }
    const entry = { feed, controller, views: 0 };
    this.#entries.set(streamId, entry);
    return entry;
  }

  #leave(streamId: string, entry: Entry): void {
    entry.views -= 1;
    setTimeout(() => {
      if (entry.views > 0 || this.#entries.get(streamId) !== entry) return;
      this.#entries.delete(streamId);
      entry.controller.abort();
    }, GRACE);
  }
}
