import { afterEach, describe, expect, it, vi } from 'vitest';
import { copyCodeOnClick } from '../../src/view/markdown/copycode';
import type { Markdown } from '../../src/view/markdown/markdown';
import { markdown, settle, streamed, whole } from './helpers';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function say(view: Markdown, ...pieces: string[]): void {
  for (const piece of pieces) {
    view.append(piece);
    settle(view);
  }
}

/** What is seen, without what only a button says. */
function seen({ element }: Markdown): string {
  const copy = element.cloneNode(true) as Element;
  for (const button of copy.querySelectorAll('.nbps-md-bar')) button.remove();
  return copy.textContent ?? '';
}

function words(count: number): string {
  return Array.from({ length: count }, (_, i) => `word${i}`).join(' ');
}

describe('while it streams', () => {
  it.each([
    ['a **bold', 'a bold'],
    ['a *', 'a '],
    ['a **b** and `co', 'a b and co'],
    ['see [the docs](https://exam', 'see the docs'],
    ['see ![pic](https://ex', 'see pic'],
    ['~~gone', 'gone'],
    ['text\n-', 'text'],
    ['text\n##', 'text'],
    ['text\n\n```py', 'text'],
    ['text\n\n| a | b |', 'text'],
    ['text\n\n| a | b |\n|--', 'text'],
    ['so \\(x^2 + ', 'so '],
    ['1', ''],
    ['- [ ', ''],
    ['2 * 3 = 6', '2 * 3 = 6'],
    ['$5 and', '$5 and'],
  ])('%j shows no marks that it could be rid of', (source, expected) => {
    const view = markdown();
    say(view, source);
    expect(seen(view).trim()).toBe(expected.trim());
  });

  it('shows at the end what the marks stand for', () => {
    expect(streamed(['a **bold']).textContent).toBe('a **bold');
    expect(streamed(['text\n\n| a | b |']).textContent).toBe('text| a | b |');
  });

  it('keeps a selection in the paragraph that is written, at every delta', () => {
    const view = markdown();
    document.body.replaceChildren(view.element);
    say(view, 'Some **bold** words and ');
    const text = view.element.querySelector('p')?.lastChild as Text;
    getSelection()?.setBaseAndExtent(text, 1, text, 6);
    for (const delta of [
      'more ',
      'of *them* ',
      'with `code',
      '` and [links',
      '](https://e.com)',
      '.',
    ]) {
      say(view, delta);
      expect(getSelection()?.toString()).toBe('words');
    }
    view.end();
    settle(view);
    expect(getSelection()?.toString()).toBe('words');
  });

  it('touches nothing but its end', () => {
    const view = markdown();
    say(view, '# Title\n\nFirst *paragraph*.\n\n- one\n- two\n\nSecond\n');
    const before = [...view.element.querySelectorAll('h1, p, li')];
    const changed = new Set<Node>();
    const observer = new MutationObserver(() => {});
    observer.observe(view.element, { childList: true, subtree: true, characterData: true });
    say(view, 'goes on ', 'and on.\n\n', '```py\nx = 1\n', 'y = 2\n```\n', 'Third');
    for (const { target } of observer.takeRecords()) changed.add(target);
    for (const element of before.slice(0, -1)) {
      expect([...changed].some((node) => element.contains(node))).toBe(false);
    }
  });

  it('changes what waits for a link definition, once it is sure', () => {
    const view = markdown();
    say(view, 'See [docs] and [none].\n\n- [docs]\n\nMore.\n\n');
    expect(view.element.querySelector('a')).toBeNull();
    say(view, '[docs]: https://e.com/docs\n\nAfter.\n');
    view.end();
    settle(view);
    const links = [...view.element.querySelectorAll('a')];
    expect(links.map(({ href }) => href)).toEqual(Array(2).fill('https://e.com/docs'));
    expect(view.element.textContent).toContain('[none]');
  });

  it('takes back a link whose definition turns out to be none', () => {
    const source = '[foo]\n\n# Title\n[foo]: https://e.com';
    for (const end of [' junk\n', '\n']) {
      const view = markdown();
      say(view, source, end);
      view.end();
      settle(view);
      expect(view.element.innerHTML).toBe(whole(source + end).innerHTML);
    }
  });
});

describe('a long body', () => {
  it('is read in slices: a step ends soon after its time', () => {
    const view = markdown();
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    view.append(`${words(40)}\n\n`.repeat(1_000));
    let steps = 0;
    for (; view.pending; steps++) view.step(10);
    expect(steps).toBeGreaterThan(10);
    expect(view.element.querySelectorAll('p')).toHaveLength(1_000);
  });

  it('stands in wrappers of 64 blocks, and code in wrappers of 64 lines', () => {
    const view = markdown();
    say(view, 'text\n\n'.repeat(100), `\`\`\`\n${'line\n'.repeat(200)}\`\`\`\n`);
    view.end();
    settle(view);
    const wrappers = [...(view.element.firstElementChild?.children ?? [])];
    expect(wrappers.map(({ children }) => children.length)).toEqual([64, 37]);
    expect(view.element.children).toHaveLength(1);
    const groups = [...view.element.querySelectorAll('.nbps-md-lines')];
    expect(groups.map(({ textContent }) => textContent?.split('\n').length)).toEqual([
      65, 65, 65, 9,
    ]);
  });

  it('stands in parts of 32 wrappers', () => {
    const page = streamed(['text\n\n'.repeat(2_050)]);
    expect([...page.children].map(({ children }) => children.length)).toEqual([32, 1]);
    expect(page.innerHTML).toBe(whole('text\n\n'.repeat(2_050)).innerHTML);
  });

  it('groups the items of a list after its first 32, and goes on counting', () => {
    const items = Array.from({ length: 80 }, (_, i) => `${i + 5}. item\n`);
    const list = streamed(items).querySelector('ol');
    const groups = [...(list?.querySelectorAll('.nbps-md-items') ?? [])];
    expect(groups.map(({ children }) => children.length)).toEqual([32, 16]);
    expect(groups.map(({ firstElementChild }) => firstElementChild?.getAttribute('value'))).toEqual(
      ['37', '69'],
    );
    expect(list?.outerHTML).toBe(whole(items.join('')).querySelector('ol')?.outerHTML);
    expect(streamed([...items, '\nEnd']).querySelectorAll('ol')).toHaveLength(1);
  });

  it.each([
    ['7. a\n8. b\n\n9. c\n', null],
    ['98. a\n99. b\n\n100. c\n', '3'],
    ['2024. a\n2025. b\n', '4'],
    ['1. a\n100. b\n200. c\n', null],
  ])('tells how long the numbers of a list may be: %j', (source, digits) => {
    const list = streamed([...source]).querySelector('ol');
    expect(list?.getAttribute('data-digits')).toBe(digits);
    expect(list?.outerHTML).toBe(whole(source).querySelector('ol')?.outerHTML);
  });

  it('makes every 128 rows of a table one that has its head', () => {
    const rows = Array.from({ length: 300 }, (_, i) => `| ${i} | [b] |\n`);
    const pieces = ['| x | [y] |\n', '|---|:-:|\n', ...rows, '\nEnd [y]\n\n[y]: https://e.com'];
    for (const cut of [pieces, [pieces.join('')], [...pieces.join('')]]) {
      const page = streamed(cut);
      const tables = [...page.querySelectorAll('table')];
      expect(tables.map(({ tBodies }) => tBodies[0]?.rows.length)).toEqual([128, 128, 44]);
      expect(tables.map(({ tHead }) => tHead?.querySelectorAll('a').length)).toEqual([1, 1, 1]);
      expect(page.innerHTML).toBe(whole(pieces.join('')).innerHTML);
    }
    expect(streamed(pieces.slice(0, 130)).querySelectorAll('table')).toHaveLength(1);
  });

  it.each([
    ['a list', (i: number) => `- item **${i}** with \`code\`\n`],
    ['an ordered list', (i: number) => `${i + 1}. item\n   - below\n`],
    ['a table', (i: number) => (i ? `| ${i} | **b** |\n` : '| a | b |\n|---|---|\n')],
    ['code', (i: number) => (i ? `x${i} = ${i}\n` : '```python\n')],
  ])('that is %s costs what is new', (_, line) => {
    const view = markdown();
    const nodes = { count: 0 };
    for (const name of ['createElement', 'createTextNode'] as const) {
      const make = document[name].bind(document) as (of: string) => never;
      vi.spyOn(document, name).mockImplementation((of: string) => {
        nodes.count++;
        return make(of);
      });
    }
    const cost = (from: number, to: number) => {
      nodes.count = 0;
      for (let i = from; i < to; i++) say(view, line(i));
      return nodes.count;
    };
    cost(0, 50);
    const early = cost(50, 150);
    cost(150, 500);
    expect(cost(500, 600)).toBeLessThan(early * 1.2);
  });

  it('shows a leaf above 64 KB as plain text', () => {
    const long = `**a** ${words(10_000)}`;
    const view = markdown();
    say(view, `**a** b\n\n${long}\n\n**c**`);
    view.end();
    settle(view);
    const paragraphs = [...view.element.querySelectorAll('p')];
    expect(paragraphs.map((p) => p.querySelectorAll('strong').length)).toEqual([1, 0, 1]);
    expect(paragraphs[1]?.textContent).toBe(long);
  });
});

describe('a code block', () => {
  const CODE = 'def f(x):\n    """Doc.\n    more"""\n    return x\n';

  it('is coloured line by line, across lines', () => {
    const page = streamed([...`\`\`\`python\n${CODE}\`\`\`\n`]);
    const code = page.querySelector('code');
    expect(code?.textContent).toBe(CODE);
    const strings = [...(code?.querySelectorAll('.nbps-tok-string') ?? [])];
    expect(strings.map(({ textContent }) => textContent?.trim())).toEqual(['"""Doc.', 'more"""']);
    expect(page.querySelector('.nbps-md-language')?.textContent).toBe('python');
  });

  it('is plain where its language is not known, or can not be loaded', async () => {
    for (const language of ['klingon', 'rust', '__proto__', '']) {
      const page = streamed([`\`\`\`${language}\nlet x = 1;\n\`\`\`\n`]);
      await vi.waitFor(() => expect(page.querySelector('code')?.textContent).toBe('let x = 1;\n'));
      expect(page.querySelector('[class^=nbps-tok]')).toBeNull();
    }
  });

  it('is copied whole, also while it is written', async () => {
    vi.useFakeTimers();
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    const view = markdown();
    say(view, `\`\`\`python\n${CODE}par`);
    const button = view.element.querySelector<HTMLButtonElement>('.nbps-md-copy');
    button?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText).toHaveBeenCalledExactlyOnceWith(`${CODE}par`);
    expect(button?.textContent).toBe('Copied');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(button?.textContent).toBe('Copy');
  });

  it('says so on the button that was pressed last, and leaves nothing with the view', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('navigator', { clipboard: { writeText: async () => {} } });
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    const root = document.createElement('div');
    root.append(...streamed(['```\na\n```\n\n```\nb\n```\n']).children);
    copyCodeOnClick(root, signal);
    const before = listen.mock.calls.length;
    const buttons = [...root.querySelectorAll<HTMLButtonElement>('.nbps-md-copy')];
    const said = () => buttons.map(({ textContent }) => textContent);
    for (const button of buttons) {
      button.click();
      await vi.advanceTimersByTimeAsync(1_500);
    }
    expect(said()).toEqual(['Copy', 'Copied']);
    await vi.advanceTimersByTimeAsync(500);
    expect(said()).toEqual(['Copy', 'Copy']);
    expect(listen).toHaveBeenCalledTimes(before);
  });
});

describe('an image', () => {
  it('is words until the reader asks', () => {
    const page = streamed(['![A cat](https://e.com/cat.png "Tom")']);
    expect(page.querySelector('img')).toBeNull();
    expect(page.querySelector('a')?.href).toBe('https://e.com/cat.png');
    page.querySelector('button')?.click();
    const image = page.querySelector('img');
    expect(image).toMatchObject({ alt: 'A cat', title: 'Tom', referrerPolicy: 'no-referrer' });
    expect(image?.src).toBe('https://e.com/cat.png');
  });

  it('stays words in a link, and where it would come from this server', () => {
    const page = streamed(['[![A cat](https://e.com/cat.png)](https://e.com) ![B](/b.png)']);
    expect(page.querySelector('button')).toBeNull();
    expect(page.textContent).toBe('A cat B');
  });
});

describe('a link', () => {
  it('to a host in other letters shows what was written, and leads where a browser would go', () => {
    const view = whole(
      '<http://bücher.example/ü> and <http://xn--bcher-kva.example/> and <mailto:A@B.example>',
    );
    const links = [...view.querySelectorAll('a')].map((a) => [
      a.textContent,
      a.getAttribute('href'),
    ]);
    expect(links).toEqual([
      ['http://bücher.example/ü', 'http://xn--bcher-kva.example/%C3%BC'],
      ['http://xn--bcher-kva.example/', 'http://xn--bcher-kva.example/'],
      ['mailto:A@B.example', 'mailto:A@B.example'],
    ]);
  });

  it.each(['https://e.com/a', 'HTTP://e.com', 'mailto:a@b.co'])('leads out: %s', (url) => {
    const link = streamed([`[a](${url})`]).querySelector('a');
    expect(link?.getAttribute('href')?.toLowerCase()).toBe(url.toLowerCase());
    expect([link?.target, link?.rel]).toEqual(['_blank', 'noopener noreferrer nofollow']);
  });

  it.each(['/lab', 'a.html', '#top', '?x', '//e.com', 'ftp://e.com', 'https:x'])(
    'leads nowhere: %s',
    (url) => {
      const page = streamed([`[words](${url})`]);
      expect(page.querySelector('a')).toBeNull();
      expect(page.textContent).toBe('words');
    },
  );
});
