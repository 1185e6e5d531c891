import type { DeltasMessage, ListMessage, ListWindow, StateMessage, WireError } from '../protocol';

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

/** Who is told how a window of the list stands. */
export interface ListReceiver {
  /** What the reader looks at: it is asked for again whenever the connection is back. */
  readonly window: ListWindow;
  receive(message: ListMessage): void;
  /** The server can't serve the list, and will not be asked again. */
  refuse(error: WireError): void;
  /** The connection was lost for long enough to be told (false), or is back (true). */
  connected(connected: boolean): void;
}

/** The list, followed until the signal that it was opened with aborts. */
export interface ListSource {
  /** The reader looks at another part of the same list. */
  move(): void;
  /** The reader looks at another list: what is still under way is of the old one. */
  ask(): void;
}
