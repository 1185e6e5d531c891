import type { AnyModel } from '@anywidget/types';
import type { Delta, ListedStream, ListMessage, StreamState } from '../src/protocol';
import { byteLength } from '../src/protocol';

export const ID = '20260102-3f9a1c5e7b20';

export function text(offset: number, words: string, kind = 'text'): Delta {
  return { offset, kind, text: words };
}

/** The deltas of a text that is cut into the given pieces, from offset 0 on. */
export function inOrder(pieces: readonly string[], kind = 'text'): Delta[] {
  let offset = 0;
  return pieces.map((piece) => {
    const delta = text(offset, piece, kind);
    offset += byteLength(piece);
    return delta;
  });
}

export function deltas(...all: Delta[]) {
  return { type: 'deltas', deltas: all } as const;
}

export function state(change: Partial<StreamState> = {}) {
  const base: StreamState = {
    stream_id: ID,
    status: 'streaming',
    title: null,
    model: 'gpt-5-mini',
    provider: 'openai',
    length: 0,
    elapsed: 3.2,
    created_at: 1.7e9,
    finished_at: null,
    link: null,
    finish_reason: null,
    usage: null,
    error: null,
    cancel_requested: false,
    notice: null,
  };
  return { type: 'state', state: { ...base, ...change } } as const;
}

/** A stream as the list has it. */
export function listed(change: Partial<ListedStream> = {}): ListedStream {
  const more = { notebook: 'folder/a.ipynb', cell_id: 'one', tags: [], prompt: 'Why?' };
  return { ...state({ status: 'done', finished_at: 1.7e9 + 3 }).state, ...more, ...change };
}

/** A window of a list of so many streams, each named by its place from the end: the oldest is 1. */
export function listing(total: number, first = 0, count = 60): ListMessage {
  const streams = Array.from({ length: Math.max(0, Math.min(count, total - first)) }, (_, at) => {
    const id = `s${total - first - at}`;
    return listed({ stream_id: id, title: `Title of ${id}` });
  });
  return { type: 'list', total, first, streams };
}

export function failure(type: string, message: string) {
  return { type: 'error', error: { type, message } } as const;
}

type Callback = (content: unknown) => void;

/** An anywidget model whose kernel is the test. */
export class FakeModel {
  readonly sent: unknown[] = [];
  /** Answers what the page sends, as a kernel would. */
  answer: Callback = () => {};
  readonly #traits: Record<string, unknown>;
  readonly #callbacks = new Set<Callback>();

  constructor(role = 'driver', streamId = ID, remote = false) {
    this.#traits = { role, stream_id: streamId, remote };
  }

  get(name: string): unknown {
    return this.#traits[name];
  }

  on(_event: string, callback: Callback): void {
    this.#callbacks.add(callback);
  }

  off(_event: string, callback: Callback): void {
    this.#callbacks.delete(callback);
  }

  send(content: unknown): void {
    this.sent.push(content);
    this.answer(content);
  }

  /** A message from the kernel. */
  say(content: unknown): void {
    for (const callback of [...this.#callbacks]) callback(content);
  }

  get asAnyModel(): AnyModel {
    return this as unknown as AnyModel;
  }
}

/** A WebSocket whose server is the test. `FakeSocket.all` holds every one that was made. */
export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error('no socket was made');
    return socket;
  }

  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: { type: string; sub: number; offset?: number; stream_id?: string }[] = [];
  readyState = 0;

  constructor(url: string, protocols: readonly string[] = []) {
    super();
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  /** Closed by the server, or by the network. */
  drop(code = 1006): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }

  say(message: object, sub = this.sent.at(-1)?.sub): void {
    const data = JSON.stringify({ ...message, sub });
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

export function jupyterPage(config: object = { baseUrl: '/user/ada/' }): void {
  document.body.innerHTML = '<script id="jupyter-config-data" type="application/json"></script>';
  const script = document.body.firstElementChild;
  if (script) script.textContent = JSON.stringify(config);
}

/** Tells of sizes when the test says so. */
export class FakeResizeObserver implements ResizeObserver {
  static all: FakeResizeObserver[] = [];
  readonly #run: ResizeObserverCallback;
  readonly observed = new Set<Element>();

  constructor(run: ResizeObserverCallback) {
    this.#run = run;
    FakeResizeObserver.all.push(this);
  }

  observe(element: Element): void {
    this.observed.add(element);
  }

  unobserve(element: Element): void {
    this.observed.delete(element);
  }

  disconnect(): void {
    this.observed.clear();
  }

  /** The page was laid out. */
  static tell(element: Element): void {
    for (const one of FakeResizeObserver.all) if (one.observed.has(element)) one.#run([], one);
  }
}
