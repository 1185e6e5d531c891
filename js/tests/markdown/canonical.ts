/** HTML in one form, so that what looks the same is the same: ours and that of a specification. */

const BLOCK_PARENTS = new Set('ul ol li blockquote table thead tbody tr div root'.split(' '));
const OURS = new Set('rel target aria-label disabled class align data-digits'.split(' '));

export function canonical(root: Element): string {
  return contents(root, true);
}

export function canonicalHtml(html: string): string {
  const root = document.createElement('div');
  root.innerHTML = html;
  for (const list of root.querySelectorAll('ul, ol')) {
    const loose = [...list.children].some((item) => item.querySelector(':scope > p'));
    if (loose) list.className = 'nbps-md-loose';
  }
  return canonical(root);
}

function contents(parent: Element, block: boolean): string {
  const parts = [...parent.childNodes].map((node) => {
    if (!(node instanceof Element)) return escaped(block ? trimmed(node) : afterBreak(node));
    return written(node);
  });
  return parts.join('');
}

/** Between blocks white space is nothing; a tight item's text ends where its paragraph would. */
function trimmed(node: Node): string {
  let words = node.nodeValue ?? '';
  if (isBlock(node.previousSibling)) words = words.trimStart();
  if (isBlock(node.nextSibling)) words = words.trimEnd();
  return words;
}

/** After a line break there is no other one. */
function afterBreak({ nodeValue, previousSibling }: Node): string {
  const isBreak = previousSibling instanceof Element && previousSibling.localName === 'br';
  return (nodeValue ?? '').replace(isBreak ? /^\n/ : '', '');
}

const INLINE = new Set('a em strong del code br img input sub sup kbd span'.split(' '));

function isBlock(node: Node | null): boolean {
  return !(node instanceof Element) ? node === null : !INLINE.has(node.localName);
}

function written(element: Element): string {
  const { localName: tag, className } = element;
  if (className === 'nbps-md-part') return contents(element, true);
  if (className === 'nbps-md-blocks') return contents(element, true);
  if (className === 'nbps-md-lines') return contents(element, false);
  if (className === 'nbps-md-code') return code(element);
  if (className === 'nbps-md-math') return `<math>${escaped(element.textContent ?? '')}</math>`;
  if (className === 'nbps-md-image') return image(element);
  if (tag === 'pre') {
    const language = /language-(\S+)/.exec(element.firstElementChild?.className ?? '')?.[1] ?? '';
    return pre(language, element.textContent ?? '');
  }
  if (tag === 'p' && isTightItem(element.parentElement)) return contents(element, false);
  const inner = contents(element, BLOCK_PARENTS.has(tag));
  return `<${tag}${attributes(element)}>${inner}</${tag}>`;
}

function isTightItem(element: Element | null): boolean {
  return element?.localName === 'li' && element.parentElement?.className !== 'nbps-md-loose';
}

function attributes(element: Element): string {
  return [...element.attributes]
    .filter(({ name }) => !OURS.has(name) || (name === 'align' && element.localName !== 'p'))
    .map(({ name, value }) => ` ${name}="${escaped(name === 'href' ? decode(value) : value)}"`)
    .sort()
    .join('');
}

function code(block: Element): string {
  const language = block.querySelector('.nbps-md-language')?.textContent ?? '';
  return pre(language, block.querySelector('code')?.textContent ?? '');
}

function pre(language: string, text: string): string {
  return `<pre ${escaped(language)}>${escaped(text)}</pre>`;
}

function image(element: Element): string {
  const link = element.querySelector('a');
  if (!link) return escaped(element.textContent ?? '');
  const title = link.title ? ` title="${escaped(link.title)}"` : '';
  const alt = link.textContent === 'image' ? '' : (link.textContent ?? '');
  return `<img alt="${escaped(alt)}" src="${decode(link.getAttribute('href') ?? '')}"${title}></img>`;
}

/** Which characters of a URL are written as they are is left open. */
function decode(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
