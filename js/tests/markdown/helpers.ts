import { Blocks } from '../../src/view/markdown/blocks';
import type { LinkPolicy } from '../../src/view/markdown/links';
import { Markdown } from '../../src/view/markdown/markdown';
import { parser } from '../../src/view/markdown/parser';
import { Patcher } from '../../src/view/markdown/patch';
import { paged } from '../../src/view/markdown/rows';
import { blockTrees } from '../../src/view/markdown/tree';
import { Work } from '../../src/view/markdown/work';

const { signal } = new AbortController();

/** Every link as it stands: the specifications' are relative. */
export const ANY_LINK: LinkPolicy = {
  link: (url) => url,
  image: (url) => url,
  imagesInLinks: true,
};

/** A document in one go, without what streaming needs. */
export function whole(source: string, links?: LinkPolicy, reader = parser): HTMLElement {
  const root = document.createElement('div');
  const blocks = new Blocks(root, new Patcher(new Work(() => {}, signal)));
  const text = source.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');
  blocks.show(paged(blockTrees(reader.parse(text, {}), links)));
  return root;
}

export function markdown(wake = () => {}): Markdown {
  return new Markdown(wake, signal);
}

/** Renders all that there is to render. */
export function settle(view: Markdown): void {
  while (view.pending) view.step(Number.POSITIVE_INFINITY);
}

/** A document that comes in pieces, each rendered before the next. */
export function streamed(pieces: Iterable<string>): HTMLElement {
  const view = markdown();
  for (const piece of pieces) {
    view.append(piece);
    settle(view);
  }
  view.end();
  settle(view);
  return view.element;
}
