import { probe } from '../http';
import type { Server } from '../page';
import { asLiveMessage, type WireError } from '../protocol';
import { Timer } from '../timer';
import { backoff } from './backoff';
import { FORBIDDEN, NO_EXTENSION, OUTDATED } from './refusals';
import type { ListReceiver, ListSource, Source } from './source';
import { type LiveReceiver, type Subscription, toList, toStream } from './subscription';

const PROTOCOL = 'nb-persistent-stream.v1';
const OPENING = 10_000;
const IDLE = 30_000;
const NOTICEABLE = 1_000;
/** A connection can die without a word; after so long a silence the server is asked for one. */
const QUIET = 20_000;
const PATIENCE = 20_000;
/** A socket's end (RFC 6455) when the server does not know what it was asked. */
const UNSUPPORTED = 1003;

/** The page's one live socket: it carries every subscription, and comes back when it is lost. */
export class LiveSocket {
  readonly server: Server;
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
  readonly #quiet: Timer;
  readonly #mute: Timer;

  constructor(server: Server, signal: AbortSignal) {
    this.server = server;
    this.#retry = new Timer(() => this.#connect(), signal);
    this.#opening = new Timer(() => this.#lost(), signal);
    this.#idle = new Timer(() => this.#disconnect(), signal);
    this.#noticeable = new Timer(() => this.#tellConnected(false), signal);
    this.#quiet = new Timer(() => this.#ping(), signal);
    this.#mute = new Timer(() => this.#lost(true), signal);
    signal.addEventListener('abort', () => this.#disconnect());
    window.addEventListener('online', () => this.#hurry(), { signal });
    const onVisibility = () => {
      if (!document.hidden) this.#hurry();
    };
    document.addEventListener('visibilitychange', onVisibility, { signal });
  }

  subscribe(streamId: string, receiver: LiveReceiver, signal: AbortSignal): Source {
    return this.#follow(toStream(streamId, receiver), signal);
  }

  list(receiver: ListReceiver, signal: AbortSignal): ListSource {
    return this.#follow(toList(receiver), signal);
  }

  #follow(subscription: Subscription, signal: AbortSignal): ListSource {
    let sub = this.#add(subscription);
    signal.addEventListener('abort', () => this.#remove(sub));
    return {
      // A new number: what is still under way for the old one is not taken for the answer.
      ask: () => {
        if (signal.aborted || !this.#remove(sub)) return;
        sub = this.#add(subscription);
      },
      move: () => {
        if (this.#open && this.#subscriptions.has(sub)) this.#request(sub, subscription);
      },
    };
  }

  #add(subscription: Subscription): number {
    const sub = ++this.#lastSub;
    this.#subscriptions.set(sub, subscription);
    this.#idle.stop();
    if (this.#open) this.#request(sub, subscription);
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
    const socket = new WebSocket(this.server.liveUrl, protocols(this.server));
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
    const onClose = ({ code }: CloseEvent) => {
      if (code === UNSUPPORTED) this.#refuseLists();
      this.#lost(opened);
    };
    socket.addEventListener('close', onClose, { signal });
    this.#connection = connection;
    this.#socket = socket;
    this.#opening.start(OPENING);
    if (!this.#noticeable.pending) this.#noticeable.start(NOTICEABLE);
  }

  #opened(): void {
    this.#opening.stop();
    this.#noticeable.stop();
    this.#heard();
    for (const [sub, subscription] of this.#subscriptions) this.#request(sub, subscription);
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
    const health = await probe(this.server);
    if (this.#open) return;
    if (health === 'absent') this.#refuseAll(NO_EXTENSION);
    if (health === 'forbidden') this.#refuseAll(FORBIDDEN);
  }

  #refuseAll(error: WireError): void {
    this.#disconnect();
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of subscriptions) subscription.refuse(error);
  }

  /** Or else the streams of this page would be cut off by every attempt, too. */
  #refuseLists(): void {
    for (const [sub, subscription] of this.#subscriptions) {
      if (subscription.request().type !== 'list') continue;
      this.#subscriptions.delete(sub);
      subscription.refuse(OUTDATED);
    }
  }

  #disconnect(): void {
    this.#drop();
    for (const timer of [this.#retry, this.#idle, this.#noticeable]) timer.stop();
  }

  #drop(): void {
    for (const timer of [this.#opening, this.#quiet, this.#mute]) timer.stop();
    this.#connection?.abort();
    this.#socket?.close();
    this.#connection = null;
    this.#socket = null;
  }

  /** The network or the reader came back: no sense in waiting for the rest of a pause. */
  #hurry(): void {
    if (this.#retry.pending) this.#connect();
    else if (this.#open) this.#ping();
  }

  #heard(): void {
    this.#mute.stop();
    this.#quiet.start(QUIET);
  }

  #ping(): void {
    this.#quiet.stop();
    this.#send({ type: 'ping', sub: 0 });
    this.#mute.start(PATIENCE);
  }

  #receive(data: unknown): void {
    // Not on opening: a server that accepts and then drops us is left alone ever longer, too.
    this.#attempt = 0;
    this.#heard();
    const content = JSON.parse(String(data)) as { sub?: number };
    const sub = content.sub ?? 0;
    const subscription = this.#subscriptions.get(sub);
    const message = asLiveMessage(content);
    if (!subscription || !message) return;
    if (message.type === 'error') {
      this.#remove(sub);
      subscription.refuse(message.error);
    } else {
      subscription.receive(message);
    }
  }

  #tellConnected(connected: boolean): void {
    for (const subscription of this.#subscriptions.values()) subscription.connected(connected);
  }

  #request(sub: number, subscription: Subscription): void {
    this.#send({ ...subscription.request(), sub });
  }

  #send(message: unknown): void {
    this.#socket?.send(JSON.stringify(message));
  }
}

/** A browser sends a socket no header but this one, and a URL would stand in every proxy's log. */
function protocols({ token }: Server): string[] {
  return token ? [PROTOCOL, `nb-persistent-stream.token.${base64url(token)}`] : [];
}

function base64url(text: string): string {
  const coded = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return coded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
