import type { LiveMessage, WireError } from '../protocol';
import type { ListReceiver, Receiver } from './source';

export interface LiveReceiver extends Receiver {
  /** The connection was lost for long enough to be told (false), or is back (true). */
  connected(connected: boolean): void;
}

type Request =
  | { readonly type: 'subscribe'; readonly stream_id: string; readonly offset: number }
  | {
      readonly type: 'list';
      readonly query: object;
      readonly first: number;
      readonly count: number;
    };

/** What one number on the live socket stands for. */
export interface Subscription {
  /** What asks for it, from where its reader stands now. */
  request(): Request;
  receive(message: LiveMessage): void;
  refuse(error: WireError): void;
  connected(connected: boolean): void;
}

export function toStream(streamId: string, receiver: LiveReceiver): Subscription {
  return {
    request: () => ({ type: 'subscribe', stream_id: streamId, offset: receiver.offset }),
    receive: (message) => {
      if (message.type === 'deltas' || message.type === 'state') receiver.receive(message);
    },
    refuse: (error) => receiver.refuse(error),
    connected: (connected) => receiver.connected(connected),
  };
}

export function toList(receiver: ListReceiver): Subscription {
  return {
    request: () => ({ type: 'list', ...receiver.window }),
    receive: (message) => {
      if (message.type === 'list') receiver.receive(message);
    },
    refuse: (error) => receiver.refuse(error),
    connected: (connected) => receiver.connected(connected),
  };
}
