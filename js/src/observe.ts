import type { StreamObserver } from './registry';
import type { Session } from './session';
import { finalWords } from './snapshot';

/** Tells an observer, each once, that a stream is live and that it is complete. */
export function observe(session: Session, observer: StreamObserver, signal: AbortSignal): void {
  const done = new AbortController();
  let live = false;
  const look = () => {
    if (session.complete) {
      done.abort();
      observer.complete(session.streamId, finalWords(session));
    } else if (session.state && !session.final && !live) {
      live = true;
      observer.live(session.streamId);
    }
  };
  session.subscribe({ onState: look, onDeltas: look }, AbortSignal.any([signal, done.signal]));
  look();
}
