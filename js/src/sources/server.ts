import { probe } from '../http';
import type { Server } from '../page';
import { asMessage, type WireError } from '../protocol';
import { Timer } from '../timer';
import { backoff } from './backoff';
import { FORBIDDEN, NO_EXTENSION } from './refusals';
import type { Receiver, Source } from './source';

const OPENING = 10_000;
const IDLE = 30_000;
const NOTICEABLE = 1_000;

export interface LiveReceiver extends Receiver {
  /** The connection was lost for long enough to be told (false), or is back (true). */
  connected(connected: boolean): void;
}

interface Subscription {
  readonly streamId: string;
  readonly receiver: LiveReceiver;
}

/** The page's one live socket: it carries every subscription, and comes back when it is lost. */
export class LiveSocket {
  readonly #server: Server;
  readonly #subscriptions = new Map<number, Subscription>();
  #lastSub = 0;
  #attempt = 0;
  /** Of the socket in use: a socket that was given up is not listened to any more. */
  #connection: AbortController | null = null;
  #socket: WebSocket | null = null;
  readonly #retry: Timer;
  readonly #opening: Timer;
  readonly #idle: Timer;
  readonly #noticeable: Timer;

  constructor(server: Server, signal: AbortSignal) {
    this.#server = server;
    this.#retry = new Timer(() => this.#connect(), signal);
    this.#opening = new Timer(() => this.#lost(), signal);
    this.#idle = new Timer(() => this.#disconnect(), signal);
    this.#noticeable = new Timer(() => this.#tellConnected(false), signal);
    signal.addEventListener('abort', () => this.#disconnect(), { once: true });
    window.addEventListener('online', () => this.#hurry(), { signal });
    const onVisibility = () => {
      if (!document.hidden) this.#hurry();
    };
    document.addEventListener('visibilitychange', onVisibility, { signal });
  }

  subscribe(streamId: string, receiver: LiveReceiver, signal: AbortSignal): Source {
    const subscription = { streamId, receiver };
    let sub = this.#add(subscription);
    signal.addEventListener('abort', () => this.#remove(sub), { once: true });
    return {
      // A new number: what is still under way for the old one is not taken for the answer.
      ask: () => {
        if (signal.aborted || !this.#remove(sub)) return;
        sub = this.#add(subscription);
      },
    };
  }

  #add(subscription: Subscription): number {
    const sub = ++this.#lastSub;
    this.#subscriptions.set(sub, subscription);
    this.#idle.stop();
    if (this.#open) this.#sendSubscribe(sub, subscription);
    else if (!this.#connection && !this.#retry.pending) this.#connect();
    return sub;
  }

  #remove(sub: number): boolean {
    const removed = this.#subscriptions.delete(sub);
    if (removed && this.#open) this.#send({ type: 'unsubscribe', sub });
    if (this.#subscriptions.size === 0) this.#idle.start(IDLE);
    return removed;
  }

  get #open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect(): void {
    this.#retry.stop();
    if (this.#subscriptions.size === 0) return;
    const connection = new AbortController();
    const { signal } = connection;
    const socket = new WebSocket(socketUrl(this.#server));
    let opened = false;
    socket.addEventListener(
      'open',
      () => {
        opened = true;
        this.#opened();
      },
      { signal },
    );
    socket.addEventListener('message', ({ data }) => this.#receive(data), { signal });
    socket.addEventListener('close', () => this.#lost(opened), { signal });
    this.#connection = connection;
    this.#socket = socket;
    this.#opening.start(OPENING);
    if (!this.#noticeable.pending) this.#noticeable.start(NOTICEABLE);
  }

  #opened(): void {
    this.#opening.stop();
    this.#noticeable.stop();
    for (const [sub, subscription] of this.#subscriptions) this.#sendSubscribe(sub, subscription);
    this.#tellConnected(true);
  }

  /** The socket closed, or did not open in time. Only one that never opened says why it can't. */
  #lost(opened = false): void {
    this.#drop();
    if (this.#subscriptions.size === 0) return;
    if (!this.#noticeable.pending) this.#noticeable.start(NOTICEABLE);
    this.#retry.start(backoff(this.#attempt++));
    if (!opened) void this.#diagnose();
  }

  async #diagnose(): Promise<void> {
    const health = await probe(this.#server);
    if (this.#open) return;
    if (health === 'absent') this.#refuseAll(NO_EXTENSION);
    if (health === 'forbidden') this.#refuseAll(FORBIDDEN);
  }

  #refuseAll(error: WireError): void {
    this.#disconnect();
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const { receiver } of subscriptions) receiver.refuse(error);
  }

  #disconnect(): void {
    this.#drop();
    for (const timer of [this.#retry, this.#idle, this.#noticeable]) timer.stop();
  }

  #drop(): void {
    this.#opening.stop();
    this.#connection?.abort();
    this.#socket?.close();
    this.#connection = null;
    this.#socket = null;
  }

  /** The network or the reader came back: no sense in waiting for the rest of the backoff. */
  #hurry(): void {
    if (this.#retry.pending) this.#connect();
  }

  #receive(data: unknown): void {
    // Not on opening: a server that accepts and then drops us is left alone ever longer, too.
    this.#attempt = 0;
    const content = JSON.parse(String(data)) as { sub?: number };
    const sub = content.sub ?? 0;
    const receiver = this.#subscriptions.get(sub)?.receiver;
    const message = asMessage(content);
    if (!receiver || !message) return;
    if (message.type === 'error') {
      this.#remove(sub);
      receiver.refuse(message.error);
    } else {
      receiver.receive(message);
    }
  }

  #tellConnected(connected: boolean): void {
    for (const { receiver } of this.#subscriptions.values()) receiver.connected(connected);
  }

  #sendSubscribe(sub: number, { streamId, receiver }: Subscription): void {
    this.#send({ type: 'subscribe', sub, stream_id: streamId, offset: receiver.offset });
  }

  #send(message: unknown): void {
    this.#socket?.send(JSON.stringify(message));
  }
}

function socketUrl({ liveUrl, token }: Server): string {
  return token ? `${liveUrl}?token=${encodeURIComponent(token)}` : liveUrl;
}
