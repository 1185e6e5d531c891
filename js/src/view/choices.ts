/**
 * What a reader chose in a stream's views, for as long as the page lives: a view that is made anew
 * begins with it. Of two views of one stream, the next one goes by who chose last.
 */
export interface Choices {
  raw: boolean;
  expanded: boolean;
  /** Whether a section is open, by its number in the body. */
  readonly folds: Map<number, boolean>;
}

const known = new Map<string, Choices>();

export function choicesOf(streamId: string): Choices {
  const choices = known.get(streamId) ?? { raw: false, expanded: false, folds: new Map() };
  known.set(streamId, choices);
  return choices;
}
