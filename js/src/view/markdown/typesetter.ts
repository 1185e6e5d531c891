import type { KatexOptions } from 'katex';
import { make } from '../dom';
import { chunkUrl, loadChunk } from './chunks';

/** Sets a formula into an element; fails where it is none, or asks for what it may not do. */
export type Typesetter = (tex: string, element: HTMLElement, display: boolean) => void;

interface Katex {
  render(tex: string, element: HTMLElement, options: KatexOptions): void;
}

const OPTIONS: KatexOptions = {
  // Then its source stands.
  throwOnError: true,
  strict: 'ignore',
  // In em: of what a formula says of its own sizes.
  maxSize: 20,
  maxExpand: 300,
};

let loading: Promise<Typesetter | null> | undefined;

/** KaTeX, loaded when the first formula is seen; null where it can't be. */
export function typesetter(): Promise<Typesetter | null> {
  loading ??= load().catch(() => null);
  return loading;
}

async function load(): Promise<Typesetter> {
  const style = stylesheet(document.head).then(
    () => true,
    () => false,
  );
  const { default: katex } = await loadChunk<{ default: Katex }>('katex');
  // Without its fonts the browser's own MathML looks better.
  const output = (await style) ? 'htmlAndMathml' : 'mathml';
  return (tex, element, displayMode) => {
    // No links, no images, no classes, ids or styles of the formula's own choosing.
    let trusted = true;
    const trust = () => {
      trusted = false;
      return false;
    };
    katex.render(tex, element, { ...OPTIONS, output, displayMode, trust });
    if (!trusted) throw new Error('this formula holds a command that is not allowed');
  };
}

const dressed = new WeakSet<Node>();

/** Gives a shadow root KaTeX's style too; the fonts are the document's. */
export function dressMath(root: Node): void {
  if (!(root instanceof ShadowRoot) || dressed.has(root)) return;
  dressed.add(root);
  stylesheet(root).catch(() => {});
}

async function stylesheet(parent: Node): Promise<void> {
  const link = make('link', '');
  link.rel = 'stylesheet';
  link.href = chunkUrl('katex-style');
  await new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', reject);
    parent.appendChild(link);
  });
}
