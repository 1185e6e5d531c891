import type { AnyModel } from '@anywidget/types';
import { asMessage } from './protocol';

type Listener = (content: unknown) => void;

/** The kernel's end of a stream in this page: an anywidget model and the messages it received. */
export class Inbox {
  readonly streamId: string;
  readonly role: string;
  /** Whether the stream is kept by a server that may be another than this page's. */
  readonly remote: boolean;
  /** Aborted when the model is gone: its kernel will say no more. */
  readonly closed: AbortSignal;
  /** Where the first text that it hears begins: 0 for a model that was there from the start. */
  readonly beginning: Promise<number>;
  readonly #model: AnyModel;
  readonly #controller = new AbortController();
  #kept: unknown[] = [];
  #listener: Listener | null = null;
  #began: (offset: number) => void = () => {};

  /** Messages are kept from now on, until somebody listens: a view may come late. */
  constructor(model: AnyModel) {
    this.#model = model;
    this.streamId = model.get('stream_id');
    this.role = model.get('role');
    this.remote = model.get('remote') === true;
    this.closed = this.#controller.signal;
    this.beginning = new Promise((resolve) => {
      this.#began = resolve;
    });
    model.on('msg:custom', this.#receive);
  }

  /** Hands over what was kept, then passes messages straight on until the signal aborts. */
  listen(listener: Listener, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listener = listener;
    signal.addEventListener('abort', () => {
      if (this.#listener === listener) this.#listener = null;
    });
    for (const content of this.#kept.splice(0)) listener(content);
  }

  /** A kernel that died takes nothing more: its model stays, and says so only now. */
  send(content: unknown): void {
    try {
      this.#model.send(content);
    } catch {
      this.close();
    }
  }

  close(): void {
    this.#model.off('msg:custom', this.#receive);
    this.#controller.abort();
  }

  readonly #receive = (content: unknown): void => {
    const message = asMessage(content);
    if (message?.type === 'deltas') this.#began(message.deltas[0]?.offset ?? 0);
    if (this.#listener) this.#listener(content);
    else this.#kept.push(content);
  };
}
