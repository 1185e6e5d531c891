import type {
  Delta,
  DeltasMessage,
  SourceName,
  StateMessage,
  StreamState,
  WireError,
} from './protocol';
import { after, endOf, isFinal, progress } from './protocol';

/** Why a reader may not see the newest text: a pause that mends itself, or nobody to ask. */
export type Trouble =
  | { readonly type: 'reconnecting' }
  | { readonly type: 'unavailable'; readonly error: WireError };

export interface SessionListener {
  onDeltas?(deltas: readonly Delta[]): void;
  onState?(state: StreamState): void;
  onSource?(source: SourceName): void;
  onTrouble?(trouble: Trouble | null): void;
  /** A delta was ignored because it begins beyond `offset`, where the session stands. */
  onGap?(offset: number): void;
}

/**
 * One stream in one page: its log, its state and who listens. All its views share it, and any
 * number of sources may feed it at once: what was seen is dropped.
 */
export class Session {
  readonly streamId: string;
  readonly #listeners = new Set<SessionListener>();
  readonly #deltas: Delta[] = [];
  #offset = 0;
  #state: StreamState | null = null;
  #stateAt = 0;
  #lastSource: SourceName | null = null;
  #trouble: Trouble | null = null;

  constructor(streamId: string) {
    this.streamId = streamId;
  }

  /** The log: gapless, in order, and only ever appended to. */
  get deltas(): readonly Delta[] {
    return this.#deltas;
  }

  /** The bytes of the log: where the next delta belongs. */
  get offset(): number {
    return this.#offset;
  }

  get state(): StreamState | null {
    return this.#state;
  }

  /** The source that advanced the text or the state last. */
  get lastSource(): SourceName | null {
    return this.#lastSource;
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  get final(): boolean {
    return this.#state !== null && isFinal(this.#state.status);
  }

  /** Whether nothing more can come. */
  get complete(): boolean {
    return this.final && this.#offset >= (this.#state?.length ?? 0);
  }

  /** Seconds from the stream's creation to now, or to its end. */
  elapsed(): number {
    if (this.#state === null) return 0;
    const since = this.final ? 0 : (performance.now() - this.#stateAt) / 1000;
    return this.#state.elapsed + since;
  }

  /** Replays nothing: a new listener reads the log and the state as they are. */
  subscribe(listener: SessionListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  accept(source: SourceName, message: DeltasMessage | StateMessage): void {
    if (message.type === 'deltas') this.#acceptDeltas(source, message.deltas);
    else this.#acceptState(source, message.state);
  }

  /** Takes in a title that was given after the end: the sources are silent then. */
  retitle(title: string | null): void {
    const state = this.#state;
    if (state === null || !isFinal(state.status) || state.title === title) return;
    this.#state = { ...state, title };
    this.#tell((listener) => listener.onState?.({ ...state, title }));
  }

  report(trouble: Trouble | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#tell((listener) => listener.onTrouble?.(trouble));
  }

  #acceptDeltas(source: SourceName, deltas: readonly Delta[]): void {
    const fresh: Delta[] = [];
    for (const delta of deltas) {
      const unseen = after(delta, this.#offset);
      if (unseen === null) continue;
      if (unseen.offset > this.#offset) {
        this.#tell((listener) => listener.onGap?.(this.#offset));
        continue;
      }
      this.#offset = endOf(unseen);
      this.#deltas.push(unseen);
      fresh.push(unseen);
    }
    if (fresh.length === 0) return;
    this.#tell((listener) => listener.onDeltas?.(fresh));
    this.#advancedBy(source);
  }

  #acceptState(source: SourceName, state: StreamState): void {
    const known = this.#state;
    if (known !== null && !follows(state, known)) return;
    // A source that lags must not take back that somebody pressed Stop.
    const cancelRequested = state.cancel_requested || known?.cancel_requested === true;
    const next = { ...state, cancel_requested: cancelRequested };
    this.#state = next;
    this.#stateAt = performance.now();
    this.#tell((listener) => listener.onState?.(next));
    this.#advancedBy(source);
  }

  #advancedBy(source: SourceName): void {
    if (source === this.#lastSource) return;
    this.#lastSource = source;
    this.#tell((listener) => listener.onSource?.(source));
  }

  #tell(event: (listener: SessionListener) => void): void {
    for (const listener of this.#listeners) event(listener);
  }
}

/** Whether a state may follow another one: statuses only go forward, and the first end stands. */
function follows(next: StreamState, known: StreamState): boolean {
  if (isFinal(known.status)) return next.status === known.status;
  return progress(next.status) >= progress(known.status);
}
