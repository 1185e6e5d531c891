/** An element with its class and, if any, its text; text is never read as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.append(text);
  return element;
}

/** Sets a text only when it changes, so that nothing is announced or laid out in vain. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** What the reader has selected, if it begins within an element. */
export function selectedIn(element: Element): Range | null {
  const root = element.getRootNode() as Partial<Document>;
  // Only some browsers tell what is selected within a shadow root, and by the root.
  const selection = root.getSelection?.() ?? document.getSelection();
  if (!selection || selection.isCollapsed || !element.contains(selection.anchorNode)) return null;
  return selection.getRangeAt(0);
}
