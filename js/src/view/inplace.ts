/** Changes the page while an element stays where it is seen: what scrolls around it gives way. */
export function inPlace(element: Element, change: () => void): void {
  const before = element.getBoundingClientRect().top;
  change();
  let moved = element.getBoundingClientRect().top - before;
  for (let around = parentOf(element); around && moved !== 0; around = parentOf(around)) {
    if (!scrolls(around)) continue;
    const top = around.scrollTop;
    around.scrollTop += moved;
    moved -= around.scrollTop - top;
  }
}

function scrolls(element: Element): boolean {
  if (element === document.scrollingElement) return true;
  return ['auto', 'scroll'].includes(getComputedStyle(element).overflowY);
}

function parentOf(element: Element): Element | null {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
