import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ParseEnv, parser } from '../../src/view/markdown/parser';
import { markdown, settle, streamed } from './helpers';

const corpus: Record<string, string[]> = JSON.parse(
  readFileSync(`${__dirname}/../../../tests/contract/hostile.json`, 'utf8'),
);

/** Every element that a body can make, and the attributes that each may have. */
const ALLOWED: Record<string, string> = {
  ...Object.fromEntries(
    'p h1 h2 h3 h4 h5 h6 blockquote hr ul li table thead tbody tr em strong del br sub sup kbd pre'
      .split(' ')
      .map((tag) => [tag, '']),
  ),
  ...{ div: '', span: '', code: '', ol: 'start data-digits', th: 'align', td: 'align' },
  a: 'href rel target title',
  input: 'type disabled checked aria-label',
  button: 'type title aria-live',
};
const CLASS = /^(?:nbps-(?:md|tok)-[a-z-]+|nbps-button|nbps-md)$/;
const URLS = /^(?:https?:\/\/|mailto:)/;

/** What may not be there. */
function wrong(root: Element): string[] {
  return [root, ...root.querySelectorAll('*')].flatMap((element) => {
    const { localName: tag } = element;
    const allowed = ALLOWED[tag]?.split(' ');
    if (!allowed || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') return [`<${tag}>`];
    return [...element.attributes]
      .filter(({ name, value }) => {
        if (name === 'class') return !value.split(' ').every((word) => CLASS.test(word));
        if (name === 'href') return !URLS.test(value) || !isOutward(element);
        return !allowed.includes(name);
      })
      .map(({ name, value }) => `${tag} ${name}=${value}`);
  });
}

function isOutward(link: Element): boolean {
  const rel = link.getAttribute('rel')?.split(' ');
  return link.getAttribute('target') === '_blank' && rel?.includes('noopener') === true;
}

afterEach(() => vi.restoreAllMocks());

describe('hostile text', () => {
  it('is at least 150 payloads', () => {
    expect(Object.values(corpus).flat().length).toBeGreaterThanOrEqual(150);
  });

  it.each(Object.entries(corpus))(
    'of %s makes only what is allowed, after every delta',
    (_, all) => {
      for (const payload of all) {
        const view = markdown();
        for (const character of payload) {
          view.append(character);
          settle(view);
          expect(wrong(view.element), payload).toEqual([]);
        }
        view.end();
        settle(view);
        expect(wrong(view.element), payload).toEqual([]);
      }
    },
  );

  it('is never parsed as HTML', () => {
    const html = vi.spyOn(Element.prototype, 'innerHTML', 'set');
    const adjacent = vi.spyOn(Element.prototype, 'insertAdjacentHTML');
    for (const payload of Object.values(corpus).flat()) {
      const view = markdown();
      view.append(payload);
      view.end();
      settle(view);
    }
    expect(html).not.toHaveBeenCalled();
    expect(adjacent).not.toHaveBeenCalled();
  });

  const DEEP: [string, string][] = [
    ['quotes', '> '.repeat(5_000)],
    ['lists', Array.from({ length: 500 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n')],
    ['brackets', '['.repeat(50_000)],
    ['images', '![['.repeat(10_000)],
    ['links', '[a](https://x.example '.repeat(3_000)],
    ['emphasis', '*a **b '.repeat(8_000)],
    ['backticks', Array.from({ length: 300 }, (_, i) => `${'`'.repeat(i + 1)}x`).join('')],
    ['dollars', '$a '.repeat(20_000)],
    ['brackets of formulas', '\\(a \\[b '.repeat(8_000)],
    ['tags', '<sub>'.repeat(10_000)],
    ['entities', '&amp'.repeat(15_000)],
    ['addresses', 'a@b.'.repeat(15_000)],
    ['web addresses', 'https://a.b/'.repeat(5_000)],
    ['www', 'www.'.repeat(15_000)],
    ['columns', `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n`],
    ['definitions', Array.from({ length: 3_000 }, (_, i) => `[a${i}]: /u`).join('\n')],
    ['labels', '[a\\'.repeat(15_000)],
    ['one line', 'word '.repeat(100_000)],
  ];

  it.each(DEEP)('that is deep or long in %s costs little', (_, source) => {
    const view = markdown();
    const began = performance.now();
    for (let at = 0; at < source.length; at += 4_096) {
      view.append(source.slice(at, at + 4_096));
      view.step(8);
    }
    view.end();
    settle(view);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(wrong(view.element)).toEqual([]);
  });

  /** Rows of one cell are two short, that of three bars has one too many. */
  const TABLE = `|a|b|c|\n|-|-|-|\n${'|x\\|y|\n'.repeat(4)}|1|2|3|4|\n${'x|\n'.repeat(9)}`;
  const rowsOf = (missingCells: number) =>
    parser.parse(TABLE, { missingCells }).filter(({ type }) => type === 'tr_open').length - 1;

  it('that asks for a table of too many cells gets no more of them row by row than at once', () => {
    expect([0, 65_536 - 25, 65_536 - 24, 65_536 - 8, 65_536 - 7].map(rowsOf)).toEqual([
      14, 14, 13, 5, 3,
    ]);
    const parse = vi.spyOn(parser, 'parse');
    const table = streamed(TABLE.match(/.*\n/g) ?? []);
    expect(table.querySelectorAll('tbody tr')).toHaveLength(14);
    const seen = parse.mock.calls.map(([, env]) => (env as ParseEnv).missingCells);
    expect(Math.max(...seen.map(Number))).toBe(25);
  });
});
