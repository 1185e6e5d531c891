/** A controller that aborts with its parent, or before. */
export function childOf(parent: AbortSignal): AbortController {
  const child = new AbortController();
  if (parent.aborted) child.abort();
  const options = { once: true, signal: child.signal };
  parent.addEventListener('abort', () => child.abort(), options);
  return child;
}
