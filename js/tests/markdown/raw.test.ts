import { expect, it } from 'vitest';
import { ANSWERS } from './answers';
import { pieces } from './documents';
import { markdown, settle } from './helpers';

const MARKS = /[*_~`|#[\]$\\<]/;
/** All of a block that is none yet. */
const LONE = /^(?:[-+>]|\d+[.)])$/;
/** About as many characters as a token has. */
const TOKENS = [3, 1, 4, 2, 1, 5, 2, 3];
/** Blocks at the end: those before change no more. */
const LAST = 12;

/** What a reader sees of the marks themselves; code and formulas may hold them. */
function rawSyntax(page: Element): string[] {
  const blocks = [...page.querySelectorAll('p, h1, h2, h3, li, td, th')].slice(-LAST);
  const words = blocks.map((block) => {
    const copy = block.cloneNode(true) as Element;
    for (const code of copy.querySelectorAll('code, .nbps-md-bar')) code.remove();
    return copy.textContent?.trim() ?? '';
  });
  return words.filter(
    (text, i) =>
      MARKS.test(text) || (blocks[i]?.tagName === 'P' && LONE.test(blocks[i].textContent)),
  );
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
    expect(rawSyntax(view.element)).toEqual([]);
  }
  expect(deltas).toBeGreaterThan(1_000);
  expect(raw.length / deltas, JSON.stringify(raw, null, 1)).toBeLessThan(0.005);
});
