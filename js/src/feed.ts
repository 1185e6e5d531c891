import { childOf } from './abort';
import { cancel } from './http';
import type { Inbox } from './inbox';
import type { DeltasMessage, SourceName, StateMessage, WireError } from './protocol';
import type { Session, Trouble } from './session';
import { KernelSource } from './sources/kernel';
import { ELSEWHERE, FINAL, NO_KERNEL, NO_SERVER, NOT_FOUND } from './sources/refusals';
import type { LiveSocket } from './sources/server';
import type { Source } from './sources/source';
import { Timer } from './timer';

/** How long the widget of a cell that was just run may take to arrive. */
const ARRIVAL = 1_000;
/** How long a driver's kernel may take to say something once a view is there. */
const FIRST_WORD = 500;
/** How long it may be silent while its stream is live: then it may be dead, or blocked. */
const SILENCE = 3_000;
/** How long what is missing may stay missing before it is asked for again; doubles each time. */
const REPAIR = 500;
const LONGEST_REPAIR = 10_000;

const RECONNECTING: Trouble = { type: 'reconnecting' };

interface Attached {
  readonly source: Source;
  readonly controller: AbortController;
}

/**
 * Decides which sources feed a session, and when.
 *
 * A driver's kernel comes first and the server joins when the kernel is silent or leaves a gap; a
 * watcher's server comes first and its kernel is asked only when the server can't serve.
 */
export class Feed {
  readonly session: Session;
  /** Aborted when nobody has a view of the stream, or when it lives again that had broken off. */
  readonly over: AbortSignal;
  readonly #socket: LiveSocket | null;
  readonly #controller: AbortController;
  readonly #attached: Record<SourceName, Attached | null> = { kernel: null, server: null };
  readonly #refusals: Record<SourceName, WireError | null> = { kernel: null, server: null };
  /** That the server has no such stream: said also while a kernel that still holds it feeds us. */
  #missing: Trouble | null = null;
  readonly #silence: Timer;
  readonly #repair: Timer;
  readonly #expecting: Timer;
  #idle = true;
  #inbox: Inbox | null = null;
  /** A driver that came while the server fed the session: once it speaks, it does so alone. */
  #takesOver = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Where the session stood when a gap was seen; null once it has been filled. */
  #gapAt: number | null = null;
  #repairDelay = REPAIR;

  constructor(session: Session, socket: LiveSocket | null, signal: AbortSignal) {
    this.session = session;
    this.over = signal;
    this.#socket = socket;
    this.#controller = childOf(signal);
    this.#silence = new Timer(() => this.#onSilence(), this.#controller.signal);
    this.#repair = new Timer(() => this.#onRepair(), this.#controller.signal);
    this.#expecting = new Timer(() => this.follow(null), this.#controller.signal);
    session.subscribe({ onGap: (offset) => this.#onGap(offset) }, this.#controller.signal);
  }

  /** Whether nobody was asked for the stream yet. */
  get idle(): boolean {
    return this.#idle;
  }

  /** Begins, or goes on with a better inbox: a widget may be later than the view of its stream. */
  follow(inbox: Inbox | null): void {
    if (this.#controller.signal.aborted) return;
    this.#idle = false;
    this.#expecting.stop();
    if (inbox && this.#prefers(inbox)) this.#take(inbox);
    if (this.#inbox?.role !== 'driver') this.#attach('server');
    else if (!this.#attached.server) this.#beginWithKernel();
  }

  /** The same for a cell that was just run: its widget is on its way, and will feed the view. */
  expect(): void {
    this.#idle = false;
    if (!this.#inbox && !this.#attached.server) this.#expecting.start(ARRIVAL);
  }

  /** Stops the stream by the server, which reaches a busy kernel too, or else by the comm. */
  async cancel(): Promise<boolean> {
    if (this.#socket && (await cancel(this.#socket.server, this.session.streamId))) return true;
    this.#inbox?.send({ type: 'cancel' });
    return this.#inbox !== null;
  }

  #prefers(inbox: Inbox): boolean {
    if (this.#inbox === null) return true;
    return inbox.role === 'driver' && this.#inbox.role !== 'driver';
  }

  #take(inbox: Inbox): void {
    this.#detach('kernel');
    this.#inbox = inbox;
    this.#refusals.kernel = null;
    if (inbox.remote) this.#missing = null;
    if (this.#attached.server) void this.#replaceServer(inbox);
    const gone = () => {
      if (this.#inbox !== inbox) return;
      this.#inbox = null;
      this.#silence.stop();
      this.#refused('kernel', NO_KERNEL);
    };
    inbox.closed.addEventListener('abort', gone, { signal: this.#controller.signal });
  }

  #beginWithKernel(): void {
    this.#attach('kernel');
    if (!this.#silence.pending) this.#silence.start(FIRST_WORD);
  }

  /**
   * A late driver takes over from the server if it speaks from the beginning: then the cell was
   * run in this page. One of a page that was opened again goes on midway, and is only a reserve.
   */
  async #replaceServer(inbox: Inbox): Promise<void> {
    if (inbox.role !== 'driver' || (await inbox.beginning) > 0 || this.#inbox !== inbox) return;
    if (this.#controller.signal.aborted) return;
    this.#takesOver = this.#attached.server !== null;
    this.#beginWithKernel();
  }

  #attach(name: SourceName): void {
    if (this.#attached[name]) return;
    this.#refusals[name] = null;
    const controller = childOf(this.#controller.signal);
    const source = this.#open(name, controller.signal);
    if (!source) this.#refused(name, name === 'kernel' ? NO_KERNEL : NO_SERVER);
    // What the inbox had kept for us may already have been a refusal.
    else if (this.#refusals[name]) controller.abort();
    else this.#attached[name] = { source, controller };
  }

  #open(name: SourceName, signal: AbortSignal): Source | null {
    const { session } = this;
    const receiver = {
      get offset() {
        return session.offset;
      },
      receive: (message: DeltasMessage | StateMessage) => this.#receive(name, message),
      refuse: (error: WireError) => this.#refused(name, error),
      connected: (connected: boolean) => this.#onConnected(connected),
    };
    if (name === 'server') {
      return this.#socket?.subscribe(session.streamId, receiver, signal) ?? null;
    }
    this.#askedAt = performance.now();
    return this.#inbox && new KernelSource(this.#inbox, receiver, signal);
  }

  #detach(name: SourceName): void {
    this.#attached[name]?.controller.abort();
    this.#attached[name] = null;
  }

  #receive(name: SourceName, message: DeltasMessage | StateMessage): void {
    this.#refusals[name] = null;
    this.session.accept(name, message);
    if (name === 'kernel') this.#heardKernel();
    else this.#missing = null;
    this.session.report(this.#missing);
    if (this.session.complete) this.#controller.abort();
    else if (this.session.final) this.#repairSoon();
  }

  #heardKernel(): void {
    this.#heardAt = performance.now();
    this.#silence.start(SILENCE);
    if (!this.#takesOver || this.session.lastSource !== 'kernel') return;
    this.#takesOver = false;
    this.#detach('server');
  }

  /** One source can't serve: turn to the other, and say so only when there is none. */
  #refused(name: SourceName, error: WireError): void {
    this.#detach(name);
    const isMissing = name === 'server' && error.type === NOT_FOUND;
    const isElsewhere = isMissing && this.#inbox?.remote === true;
    this.#refusals[name] = isElsewhere ? ELSEWHERE : error;
    if (isMissing && !isElsewhere) this.#missing = { type: 'unavailable', error };
    const other = name === 'kernel' ? 'server' : 'kernel';
    if (this.#attached[other]) return;
    if (!this.#refusals[other]) {
      this.#attach(other);
      return;
    }
    const { kernel, server } = this.#refusals;
    const told = kernel?.message ? kernel : server;
    this.session.report({ type: 'unavailable', error: told ?? error });
    this.#repairSoon();
  }

  #onConnected(connected: boolean): void {
    const kernelSpeaks = performance.now() - this.#heardAt < SILENCE;
    if (connected) this.session.report(this.#missing);
    else if (!kernelSpeaks) this.session.report(RECONNECTING);
  }

  #onSilence(): void {
    this.#tryServer();
    this.#silence.start(SILENCE);
  }

  #onGap(offset: number): void {
    this.#gapAt = offset;
    this.#askAgain();
    this.#repairSoon();
  }

  #repairSoon(): void {
    if (!this.#repair.pending) this.#repair.start(this.#repairDelay);
  }

  #onRepair(): void {
    if (this.#gapAt !== null && this.session.offset > this.#gapAt) this.#gapAt = null;
    const fed = this.#attached.kernel || this.#attached.server;
    if (this.#gapAt === null && fed && !this.session.final) {
      this.#repairDelay = REPAIR;
      return;
    }
    this.#tryServer();
    this.#askAgain();
    this.#repairDelay = Math.min(2 * this.#repairDelay, LONGEST_REPAIR);
    this.#repairSoon();
  }

  /** The server, unless it has said that it never can. */
  #tryServer(): void {
    const refusal = this.#refusals.server;
    if (refusal && FINAL.includes(refusal)) return;
    this.#attach('server');
  }

  #askAgain(): void {
    if (performance.now() - this.#askedAt < REPAIR) return;
    this.#askedAt = performance.now();
    this.#attached.kernel?.source.ask();
    this.#attached.server?.source.ask();
  }
}
