import { make } from '../dom';

/** Items that stand in their list itself, and then in each group. */
export const ITEMS = 32;
const GROUP = 'nbps-md-items';

/**
 * Adds a child at an element's end. In a list of many, items stand in groups that the browser does
 * not lay out while they are out of sight; assistive technology and numbers pass over these.
 */
export function add(parent: Node, child: Node): void {
  const isList = parent instanceof HTMLUListElement || parent instanceof HTMLOListElement;
  const group = isList ? groupIn(parent) : parent;
  group.appendChild(child);
  if (group === parent || group.firstChild !== child) return;
  // Browsers may count by themselves what is contained.
  if (parent instanceof HTMLOListElement && child instanceof HTMLLIElement) {
    child.value = parent.start + ITEMS * (parent.childElementCount - ITEMS);
  }
}

export function remove(child: Node): void {
  const parent = child.parentElement;
  parent?.removeChild(child);
  if (parent?.className === GROUP && !parent.hasChildNodes()) parent.remove();
}

function groupIn(list: Element): Element {
  const last = list.lastElementChild;
  const place = last?.className === GROUP ? last : list;
  if (place.childElementCount < ITEMS) return place;
  const group = make('div', GROUP);
  group.setAttribute('role', 'none');
  return list.appendChild(group);
}
