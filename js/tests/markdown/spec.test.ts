import { tests } from 'commonmark-spec';
import markdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { type Extensions, makeParser } from '../../src/view/markdown/parser';
import { canonical, canonicalHtml } from './canonical';
import { ANY_LINK, whole } from './helpers';

/** The specification writes its tabs as arrows. */
const all = tests.map(({ markdown, html, ...rest }) => ({
  ...rest,
  markdown: markdown.replaceAll('→', '\t'),
  html: html.replaceAll('→', '\t'),
}));

const [withHtml, withoutHtml] = [markdownIt({ html: true }), markdownIt({ html: false })];

/** Raw HTML is shown as the text that it is. */
const examples = all.filter(({ markdown }) => {
  return withHtml.render(markdown) === withoutHtml.render(markdown);
});

function failing(extensions: Partial<Extensions>): number[] {
  const parser = makeParser({ mathematics: false, autolinks: false, ...extensions });
  const wrong = examples.filter(({ markdown, html }) => {
    return canonical(whole(markdown, ANY_LINK, parser)) !== canonicalHtml(html);
  });
  return wrong.map(({ number }) => number);
}

describe('CommonMark 0.31.2', () => {
  it('has 652 examples, 580 of which need no raw HTML', () => {
    expect([all.length, examples.length]).toEqual([652, 580]);
  });

  it('is followed in all of them', () => {
    expect(failing({})).toEqual([]);
  });

  it('is followed in 579 with mathematics', () => {
    // 12 escapes every punctuation mark, brackets among them: `\\[\\\\\\]` is a formula.
    expect(failing({ mathematics: true })).toEqual([12]);
  });

  it('is followed in 576 with the autolinks of GFM', () => {
    // Each holds an address that CommonMark leaves as text, and GFM makes a link.
    expect(failing({ autolinks: true })).toEqual([602, 608, 611, 612]);
  });
});
