import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { holdsWords, snapshotOf, withWords } from '../../src/lab/bundle';
import { inert } from '../../src/lab/inert';
import { ID } from '../fakes';

const MIME = 'application/vnd.nb-persistent-stream.v1+json';
const WIDGET = 'application/vnd.jupyter.widget-view+json';

interface InertCase {
  name: string;
  markdown: string;
  expect: string;
}

const cases: InertCase[] = JSON.parse(
  readFileSync(`${__dirname}/../../../tests/contract/inert.json`, 'utf8'),
);

test.each(cases)('inert: $name', ({ markdown, expect: expected }) => {
  expect(inert(markdown)).toBe(expected);
});

describe('the final data of an output', () => {
  const live = { [MIME]: { stream_id: ID }, [WIDGET]: { model_id: 'm' }, 'text/plain': 'so far' };

  it('has no widget, which a front end without our renderer would prefer', () => {
    const final = withWords(live, 'All.');
    expect(Object.keys(final).sort()).toEqual([MIME, 'text/markdown', 'text/plain']);
  });

  it('has no HTML in its Markdown, and the exact words beside it', () => {
    const words = 'a <script>b</script>';
    const final = withWords(live, words);
    expect(final).toMatchObject({ 'text/markdown': inert(words), 'text/plain': words });
    expect(holdsWords(final, words)).toBe(true);
    expect(snapshotOf(final)).toBe(words);
  });
});
