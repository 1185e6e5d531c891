import { describe, expect, it } from 'vitest';
import { whole } from './helpers';

/** The formulas of a text: inline ones, and in brackets those that stand alone. */
function formulas(source: string): string[] {
  const found = whole(source).querySelectorAll('.nbps-md-math, .nbps-md-display');
  return [...found].map((element) => {
    const display = element.className === 'nbps-md-display';
    return display ? `[${element.textContent}]` : (element.textContent ?? '');
  });
}

describe('mathematics', () => {
  it.each([
    ['$x$', ['x']],
    ['a $x_1 + y_1$ b $z$', ['x_1 + y_1', 'z']],
    ['\\(x\\) and \\[y\\]', ['x', '[y]']],
    ['\\\\(x\\\\) and \\\\[y\\\\]', ['x', '[y]']],
    ['a $$x$$ b', ['[x]']],
    ['$$\nx\n+ y\n$$', ['[x\n+ y]']],
    ['\\[\nx\n\\]', ['[x]']],
    ['\\\\[\nx\n\\\\]', ['[x]']],
    ['$$x$$', ['[x]']],
    ['$$ x\n$$', []],
    ['text\n$$\nx\n$$\ntext', ['[x]']],
    ['- a\n  $$\n  x\n  $$\n- b', ['[x]']],
    ['> $$\n> x\n> $$', ['[x]']],
    ['| $a$ |\n|---|\n| $b$ |', ['a', 'b']],
    ['$\\text{a\\$b}$', ['\\text{a\\$b}']],
    ['**$x$**', ['x']],
  ])('is found in %j', (source, expected) => {
    expect(formulas(source)).toEqual(expected);
  });

  it.each([
    'It costs $5 and $10.',
    '$5 to $10',
    '$ x $',
    'a$ b$',
    '$x',
    '\\$x\\$',
    '`$x$`',
    '    $x$',
    '```\n$x$\n\\(y\\)\n```',
    '$PATH and $HOME',
    '\\(x',
    '\\(\\)',
    '$$',
  ])('is not found in %j', (source) => {
    expect(formulas(source)).toEqual([]);
  });

  it('is not looked for beyond a blank line', () => {
    const page = whole('$$\nx\n\n**bold**\n$$\n');
    expect(page.querySelector('strong')?.textContent).toBe('bold');
  });

  it('shows its source where KaTeX can not be loaded', async () => {
    const page = whole('$x^2$');
    await Promise.resolve();
    expect(page.querySelector('.nbps-md-math code')?.textContent).toBe('x^2');
  });
});
