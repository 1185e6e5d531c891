import type { DeltasMessage, StateMessage, WireError } from '../protocol';

/** Who is told what a source says; both sources of a session speak to one of these. */
export interface Receiver {
  /** Where the reader stands: a source begins, and begins again, from there. */
  readonly offset: number;
  receive(message: DeltasMessage | StateMessage): void;
  /** The source can't serve this stream, and will not try again by itself. */
  refuse(error: WireError): void;
}

/** A stream's source, attached until the signal that it was opened with aborts. */
export interface Source {
  /** Asks again from where the reader stands. */
  ask(): void;
}
