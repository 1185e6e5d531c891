import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextFlow } from '../src/view/text';

const words = fc.string({ unit: fc.constantFrom('a', 'é', '語', '😀', ' ', '\n', '\n\n', '\r\n') });

function flow(pieces: readonly string[]): HTMLElement {
  const parent = document.createElement('div');
  const text = new TextFlow(parent, 'block');
  for (const piece of pieces) {
    text.append(piece);
    text.flush();
  }
  return parent;
}

describe('plain text', () => {
  it('is the text, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.array(words), (pieces) => {
        expect(flow(pieces).textContent).toBe(pieces.join(''));
      }),
    );
  });

  it('has the same blocks, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.array(words), (pieces) => {
        expect(flow(pieces).children).toHaveLength(flow([pieces.join('')]).children.length);
      }),
    );
  });

  it('has a block for each paragraph', () => {
    const blocks = flow(['One\n', '\nTwo, ', 'still two\nand still\n\n', '\nThree']).children;
    expect([...blocks].map((block) => block.textContent)).toEqual([
      'One\n\n',
      'Two, still two\nand still\n\n\n',
      'Three',
    ]);
  });

  it('costs what is new, not what is there', () => {
    const parent = document.createElement('div');
    const observer = new MutationObserver(() => {});
    observer.observe(parent, { childList: true, subtree: true, characterData: true });
    const text = new TextFlow(parent, 'block');
    for (let i = 0; i < 2_000; i++) {
      text.append(i % 50 ? 'word ' : 'end.\n\n');
      text.flush();
    }
    const records = observer.takeRecords();
    expect(records.length).toBeLessThan(2_000 * 1.2);
    expect(records.every(({ removedNodes }) => removedNodes.length === 0)).toBe(true);
  });

  it('does not let a text node grow without end', () => {
    const nodes = [...(flow(Array(3_000).fill('no blank line ')).firstChild?.childNodes ?? [])];
    expect(Math.max(...nodes.map((node) => node.nodeValue?.length ?? 0))).toBeLessThan(5_000);
  });
});
