import { isFinal, type ListedStream } from '../../protocol';
import type { Session } from '../../session';
import { duration, modelName, statusWord } from '../../view/words';
import type { StreamList } from './list';

const NUMBER = new Intl.NumberFormat('en-US');
const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Filter = 'all' | 'running' | 'notebook';

export function isLive({ status }: ListedStream): boolean {
  return !isFinal(status);
}

/** What a stream is called: its title, or else what was asked. */
export function nameOf({ title, prompt, model, stream_id: id }: ListedStream): string {
  return title || prompt || model || id;
}

/** One word for how a stream stands, the same as its view says. */
export function statusOf(stream: ListedStream): string {
  if (isLive(stream) && stream.cancel_requested) return 'Stopping';
  const session: Pick<Session, 'state' | 'trouble'> = { state: stream, trouble: null };
  return statusWord(session as Session);
}

/** What is known of a stream besides its name and time; a good end needs no word. */
export function factsOf(stream: ListedStream): string {
  const status = stream.status === 'done' ? '' : statusOf(stream);
  return [status, modelName(stream), fileName(stream.notebook)].filter(Boolean).join(' · ');
}

/** How long a stream runs, or how long ago it was begun; `now` is in UTC seconds. */
export function timeOf(stream: ListedStream, elapsed: number, now: number): string {
  return isLive(stream) ? duration(elapsed, true) : ago(stream.created_at, now);
}

/** All of a row, in the words that a screen reader speaks. */
export function rowWords(stream: ListedStream, time: string): string {
  const facts = [modelName(stream), stream.notebook, time];
  return [`${statusOf(stream)}: ${nameOf(stream)}`, ...facts].filter(Boolean).join(', ');
}

export function ago(time: number, now: number): string {
  const seconds = Math.max(0, now - time);
  if (seconds < MINUTE) return 'just now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  if (seconds < 2 * DAY) return 'yesterday';
  const date = new Date(time * 1000);
  const sameYear = date.getFullYear() === new Date(now * 1000).getFullYear();
  return (sameYear ? DAY_OF_YEAR : DATE).format(date);
}

export function totalWords({ total, problem }: StreamList): string {
  if (problem) return '';
  if (total === null) return 'Loading…';
  return `${NUMBER.format(total)} ${total === 1 ? 'stream' : 'streams'}`;
}

/** What stands where the list would be: why there is none. */
export function emptyWords({ total, query, problem }: StreamList, filter: Filter): string {
  if (problem) return problem.message;
  if (total !== 0) return '';
  if (query === null) return 'No notebook is open. Open one to see its streams here.';
  if (query.search) return 'No stream matches. All the words that you type must be found.';
  if (filter === 'running') return 'No stream is running.';
  const where = filter === 'notebook' ? 'This notebook has no streams yet.' : 'No streams yet.';
  return `${where} Run a cell with stream("…").`;
}

function fileName(path: string | null): string {
  return path?.split('/').at(-1) ?? '';
}
