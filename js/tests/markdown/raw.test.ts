import { expect, it } from 'vitest';
import { ANSWERS } from './answers';
import { pieces } from './documents';
import { markdown, settle } from './helpers';

const MARKS = /[*_~`|#[\]$\\<]/;
/** All of a paragraph that is none yet. */
const LONE = /^(?:[-+>]|\d+[.)])$/;
/** About as many characters as a token has. */
const TOKENS = [3, 1, 4, 2, 1, 5, 2, 3];

/** What is seen of an element outside of code, which may hold any mark. */
function proseOf(element: Element): string {
  let text = '';
  for (const child of element.childNodes) {
    if (child instanceof Text) text += child.data;
    else if (child instanceof Element && !child.matches('code, .nbps-md-bar'))
      text += proseOf(child);
  }
  return text;
}

/** What a reader sees of the marks themselves at the end, which is all that changes. */
function rawSyntax(page: Element): string[] {
  const blocks = [...(page.lastElementChild?.lastElementChild?.children ?? [])].slice(-2);
  const lone = blocks.map(({ textContent }) => textContent).filter((text) => LONE.test(text));
  return [...lone, ...blocks.map(proseOf).filter((text) => MARKS.test(text))];
}

it('shows raw syntax in less than one of 200 deltas', () => {
  const raw: string[][] = [];
  let deltas = 0;
  for (const answer of ANSWERS) {
    const view = markdown();
    for (const piece of pieces(answer, TOKENS)) {
      view.append(piece);
      settle(view);
      deltas++;
      const seen = rawSyntax(view.element);
      if (seen.length > 0) raw.push(seen);
    }
    view.end();
    settle(view);
    expect(MARKS.test(proseOf(view.element))).toBe(false);
  }
  expect(deltas).toBeGreaterThan(1_000);
  expect(raw.length / deltas, JSON.stringify(raw, null, 1)).toBeLessThan(0.005);
});
