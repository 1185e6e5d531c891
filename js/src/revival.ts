import { childOf } from './abort';
import { brokeOff, type DeltasMessage, type StateMessage } from './protocol';
import type { Session } from './session';
import type { LiveSocket } from './sources/server';

/** Calls back when a stream lives again that had broken off: the server tells that it was taken up. */
export function onRevival(
  session: Session,
  socket: LiveSocket,
  signal: AbortSignal,
  again: () => void,
): void {
  const receiver = {
    get offset() {
      return session.offset;
    },
    receive: (message: DeltasMessage | StateMessage) => {
      if (message.type === 'state' && !brokeOff(message.state)) again();
    },
    refuse: () => {},
    connected: () => {},
  };
  const unbroken = childOf(signal);
  session.subscribe(
    {
      onState: (state) => {
        if (!brokeOff(state)) return;
        unbroken.abort();
        socket.subscribe(session.streamId, receiver, signal);
      },
    },
    unbroken.signal,
  );
}
