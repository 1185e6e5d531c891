import { describe, expect, it } from 'vitest';
import { canonical, canonicalHtml } from './canonical';
import { ANY_LINK, whole } from './helpers';

function shows(markdown: string, html: string): void {
  expect(canonical(whole(markdown, ANY_LINK))).toBe(canonicalHtml(html));
}

const table = (head: string, body = '') =>
  `<table><thead><tr>${head}</tr></thead>${body && `<tbody>${body}</tbody>`}</table>`;

/** The examples of the GFM specification's extensions, by their numbers there. */
const EXAMPLES: [string, string, string][] = [
  [
    '198: a table',
    '| foo | bar |\n| --- | --- |\n| baz | bim |\n',
    table('<th>foo</th><th>bar</th>', '<tr><td>baz</td><td>bim</td></tr>'),
  ],
  [
    '199: aligned, without outer pipes',
    '| abc | defghi |\n:-: | -----------:\nbar | baz\n',
    table(
      '<th align="center">abc</th><th align="right">defghi</th>',
      '<tr><td align="center">bar</td><td align="right">baz</td></tr>',
    ),
  ],
  [
    '200: escaped pipes',
    '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |\n',
    table(
      '<th>f|oo</th>',
      '<tr><td>b <code>|</code> az</td></tr><tr><td>b <strong>|</strong> im</td></tr>',
    ),
  ],
  [
    '201: ended by another block',
    '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar\n',
    `${table('<th>abc</th><th>def</th>', '<tr><td>bar</td><td>baz</td></tr>')}<blockquote><p>bar</p></blockquote>`,
  ],
  [
    '202: ended by a blank line',
    '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar\n',
    `${table('<th>abc</th><th>def</th>', '<tr><td>bar</td><td>baz</td></tr><tr><td>bar</td><td></td></tr>')}<p>bar</p>`,
  ],
  [
    '203: no table with a delimiter row of another width',
    '| abc | def |\n| --- |\n| bar |\n',
    '<p>| abc | def |\n| --- |\n| bar |</p>',
  ],
  [
    '204: missing cells are empty, more are ignored',
    '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |\n',
    table(
      '<th>abc</th><th>def</th>',
      '<tr><td>bar</td><td></td></tr><tr><td>bar</td><td>baz</td></tr>',
    ),
  ],
  ['205: no rows', '| abc | def |\n| --- | --- |\n', table('<th>abc</th><th>def</th>')],
  [
    '279: tasks',
    '- [ ] foo\n- [x] bar\n',
    '<ul><li><input type="checkbox"> foo</li><li><input checked="" type="checkbox"> bar</li></ul>',
  ],
  [
    '280: tasks within tasks',
    '- [x] foo\n  - [ ] bar\n  - [x] baz\n- [ ] bim\n',
    '<ul><li><input checked="" type="checkbox"> foo<ul><li><input type="checkbox"> bar</li><li><input checked="" type="checkbox"> baz</li></ul></li><li><input type="checkbox"> bim</li></ul>',
  ],
  [
    '492: no strikethrough over paragraphs',
    'This ~~has a\n\nnew paragraph~~.\n',
    '<p>This ~~has a</p><p>new paragraph~~.</p>',
  ],
  ['493: three tildes', 'This will ~~~not~~~ strike.\n', '<p>This will ~~~not~~~ strike.</p>'],
  [
    '622: www',
    'www.commonmark.org\n',
    '<p><a href="http://www.commonmark.org">www.commonmark.org</a></p>',
  ],
  [
    '623: www with a path',
    'Visit www.commonmark.org/help for more information.\n',
    '<p>Visit <a href="http://www.commonmark.org/help">www.commonmark.org/help</a> for more information.</p>',
  ],
  [
    '624: trailing punctuation',
    'Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.\n',
    '<p>Visit <a href="http://www.commonmark.org">www.commonmark.org</a>.</p><p>Visit <a href="http://www.commonmark.org/a.b">www.commonmark.org/a.b</a>.</p>',
  ],
  [
    '625: parentheses',
    'www.google.com/search?q=Markup+(business)\n\n(www.google.com/search?q=Markup+(business))\n',
    '<p><a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a></p><p>(<a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a>)</p>',
  ],
  [
    '628: ended by <',
    'www.commonmark.org/he<lp\n',
    '<p><a href="http://www.commonmark.org/he">www.commonmark.org/he</a>&lt;lp</p>',
  ],
  [
    '629: http and https',
    'http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))\n',
    '<p><a href="http://commonmark.org">http://commonmark.org</a></p><p>(Visit <a href="https://encrypted.google.com/search?q=Markup+(business)">https://encrypted.google.com/search?q=Markup+(business)</a>)</p>',
  ],
  ['630: mail', 'foo@bar.baz\n', '<p><a href="mailto:foo@bar.baz">foo@bar.baz</a></p>'],
  [
    '631: mail with a plus',
    "hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is.\n",
    '<p>hello@mail+xyz.example isn\'t valid, but <a href="mailto:hello+xyz@mail.example">hello+xyz@mail.example</a> is.</p>',
  ],
  [
    '491: one tilde or two',
    '~~Hi~~ Hello, ~there~ world!\n',
    '<p><del>Hi</del> Hello, <del>there</del> world!</p>',
  ],
  [
    '626: an entity at the end',
    'www.google.com/search?q=commonmark&hl=en\n\nwww.google.com/search?q=commonmark&hl;\n',
    '<p><a href="http://www.google.com/search?q=commonmark&amp;hl=en">www.google.com/search?q=commonmark&amp;hl=en</a></p><p><a href="http://www.google.com/search?q=commonmark">www.google.com/search?q=commonmark</a>&amp;hl;</p>',
  ],
  [
    '627: parentheses within',
    'www.google.com/search?q=(business))+ok\n',
    '<p><a href="http://www.google.com/search?q=(business))+ok">www.google.com/search?q=(business))+ok</a></p>',
  ],
  [
    '632: what mail addresses end with',
    'a.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_\n',
    '<p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a></p><p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a>.</p><p>a.b-c_d@a.b-</p><p>a.b-c_d@a.b_</p>',
  ],
];

/** Where we differ, and why. */
const EXCEPTIONS: Record<string, string> = {
  491: 'models write "~5" for about five: one tilde strikes nothing out',
  493: 'markdown-it strikes out what two of three tildes enclose',
  626: 'linkify-it takes what looks like an entity at the end for a part of the address',
  627: 'linkify-it ends an address at a parenthesis that closes nothing',
  631: 'linkify-it lets a host hold a plus',
};

describe('GFM', () => {
  it('is followed in all examples of its extensions but these', () => {
    const wrong = EXAMPLES.filter(([, markdown, html]) => {
      return canonical(whole(markdown, ANY_LINK)) !== canonicalHtml(html);
    });
    expect(wrong.map(([name]) => name.slice(0, 3)).sort()).toEqual(Object.keys(EXCEPTIONS));
  });

  it('strikes out only what two tildes enclose', () => {
    shows('~~Hi~~ from ~5 to ~10\n', '<p><del>Hi</del> from ~5 to ~10</p>');
  });

  it('makes no link of a file name', () => {
    shows('Run main.py, see README.md\n', '<p>Run main.py, see README.md</p>');
  });

  it('allows four tags, without attributes', () => {
    shows(
      'H<sub>2</sub>O<br>x<sup>2</sup><BR/><kbd>A</kbd>\n',
      '<p>H<sub>2</sub>O<br>x<sup>2</sup><br><kbd>A</kbd></p>',
    );
    shows('<sub class="a">a</sub>\n', '<p>&lt;sub class="a"&gt;a&lt;/sub&gt;</p>');
    shows('<sub>*a</sub>*, <kbd>b\n', '<p><sub><em>a&lt;/sub&gt;</em>, <kbd>b</kbd></sub></p>');
  });

  it('labels the boxes of tasks', () => {
    const boxes = [...whole('- [ ] a\n- [X] b\n').querySelectorAll('input')];
    expect(boxes.map((box) => [box.disabled, box.checked, box.ariaLabel])).toEqual([
      [true, false, 'To do'],
      [true, true, 'Done'],
    ]);
  });
});
