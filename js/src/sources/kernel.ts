import type { Inbox } from '../inbox';
import { asMessage } from '../protocol';
import type { Receiver, Source } from './source';

/** A stream over the comm of its widget: the fast way, while its kernel lives. */
export class KernelSource implements Source {
  readonly #inbox: Inbox;
  readonly #receiver: Receiver;

  constructor(inbox: Inbox, receiver: Receiver, signal: AbortSignal) {
    this.#inbox = inbox;
    this.#receiver = receiver;
    inbox.listen((content) => this.#receive(content), signal);
    // What the inbox had kept may have been the whole stream.
    if (!signal.aborted) this.ask();
  }

  ask(): void {
    this.#inbox.send({ type: 'attach', offset: this.#receiver.offset });
  }

  #receive(content: unknown): void {
    const message = asMessage(content);
    if (message?.type === 'error') this.#receiver.refuse(message.error);
    else if (message) this.#receiver.receive(message);
  }
}
