import type { Status, StreamState } from '../protocol';
import type { Session } from '../session';
import { NOT_FOUND } from '../sources/refusals';

const STATUS: Readonly<Record<Status, string>> = {
  pending: 'Waiting',
  streaming: 'Streaming',
  done: 'Done',
  error: 'Failed',
  cancelled: 'Stopped',
  timeout: 'Interrupted',
};

const DEMO = 'demo';
const GONE = "This stream is not in this server's store.";
const FROM_KERNEL = 'Below is what its kernel still holds.';

/** One word for how a stream stands; the only thing in a view that is announced as it changes. */
export function statusWord({ state, trouble }: Session): string {
  if (state) return STATUS[state.status];
  return trouble?.type === 'unavailable' ? 'Not available' : 'Connecting';
}

export function modelName({ model, provider }: StreamState): string {
  if (model === DEMO && provider === DEMO) return 'demo model, no provider';
  return model ?? '';
}

/** Why a body can't be had, or where it comes from, in a sentence; empty when all is well. */
export function explanation({ state, trouble, lastSource }: Session, hasCopy = false): string {
  if (trouble?.type !== 'unavailable') return '';
  const { type, message } = trouble.error;
  if (type === NOT_FOUND && state && lastSource === 'kernel') return `${GONE} ${FROM_KERNEL}`;
  const reason = type === NOT_FOUND ? GONE : message;
  return hasCopy ? `${reason} Below is the copy that was saved in the notebook.` : reason;
}

/** Why a body ends before its end, in a sentence that stands below it; empty when it does not. */
export function endingWords({ state, offset }: Session): string {
  switch (state?.status) {
    case 'timeout':
      return offset > 0
        ? 'The kernel went away before the model had finished. What it said until then is above.'
        : 'The kernel went away before the model had said anything.';
    case 'cancelled':
      return offset > 0
        ? 'Stopped before it had finished. What it said until then is above.'
        : 'Stopped before it had said anything.';
    case 'error':
      return state.error?.message ?? 'The stream failed.';
    default:
      return '';
  }
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Since when there is a stream that was not asked for just now; `now` is in UTC seconds. */
export function storedWords({ created_at, finished_at }: StreamState, now: number): string {
  const age = Math.max(0, now - (finished_at ?? created_at));
  const unit = UNITS.find(([, seconds]) => age >= seconds);
  const ago = unit ? RELATIVE.format(-Math.floor(age / unit[1]), unit[0]) : 'just now';
  return finished_at === null ? `begun ${ago}` : `stored ${ago}`;
}

/** What the reader may want to know and need not act on. */
export function noticeOf({ state, trouble }: Session): string {
  if (trouble?.type === 'reconnecting') return 'Reconnecting…';
  return state?.notice ?? '';
}

/** Whole seconds while they run, tenths at the end. */
export function duration(seconds: number, running: boolean): string {
  if (seconds < 60) return `${running ? Math.floor(seconds) : seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.floor(seconds % 60);
  if (minutes < 60) return `${minutes} min ${pad(rest)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

/** Characters as a reader counts them: code points, not UTF-16 units. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}
