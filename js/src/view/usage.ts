import { isFinal, type StreamState } from '../protocol';

const NUMBER = new Intl.NumberFormat('en-US');
/** Cents, and two digits of what is less. */
const DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
  roundingPriority: 'morePrecision',
});
/** What providers call the tokens of the prompt, and those of the answer with its reasoning. */
const IN = ['prompt_tokens', 'input_tokens'];
const OUT = ['completion_tokens', 'output_tokens'];
/** Why a model may end without there being anything to say about it. */
const PLAIN = ['stop', 'end_turn', 'stop_sequence', 'completed', 'tool_calls', 'tool_use'];
const REASONS: Readonly<Record<string, string>> = {
  length: 'cut off at the length limit',
  max_tokens: 'cut off at the length limit',
  max_output_tokens: 'cut off at the length limit',
  content_filter: "stopped by the provider's filter",
  refusal: 'refused by the model',
};

export function number(value: number): string {
  return NUMBER.format(value);
}

/**
 * What the provider counted: "1,234 tokens in · 567 out · $0.0012"; empty when it did not. The cost
 * is the provider's own word, in dollars as OpenRouter says it, and never made up of the tokens.
 */
export function usageWords({ usage }: StreamState): string {
  const cost = first(usage, ['cost']);
  return [tokenWords(usage), cost && DOLLARS.format(cost)].filter(Boolean).join(' · ');
}

function tokenWords(usage: StreamState['usage']): string {
  const [prompt, answer] = [first(usage, IN), first(usage, OUT)];
  if (prompt === null) return answer === null ? '' : `${tokens(answer)} out`;
  return answer === null ? `${tokens(prompt)} in` : `${tokens(prompt)} in · ${number(answer)} out`;
}

/**
 * How fast the answer came, over the time that is shown beside it, with the wait for the first
 * word: nothing before the end, for only the provider can count tokens.
 */
export function speedWords(state: StreamState): string {
  const answer = first(state.usage, OUT);
  if (!answer || !isFinal(state.status) || state.elapsed <= 0) return '';
  const speed = answer / state.elapsed;
  return `${speed < 10 ? speed.toFixed(1) : number(Math.round(speed))} tokens/s`;
}

/** Why the model ended, where it was not simply finished. */
export function finishWords({ finish_reason: reason, status }: StreamState): string {
  if (!reason || status !== 'done' || PLAIN.includes(reason)) return '';
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? '') : `ended by “${reason}”`;
}

function tokens(count: number): string {
  return `${number(count)} ${count === 1 ? 'token' : 'tokens'}`;
}

function first(usage: StreamState['usage'], names: readonly string[]): number | null {
  for (const name of names) {
    const value = usage?.[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  }
  return null;
}
