import { make } from '../dom';
import type { FormulaTree } from './tree';
import { dressMath, type Typesetter, typesetter } from './typesetter';
import type { Work } from './work';

/** A longer one is shown as its source. */
const LONGEST = 4_096;

/** A formula: its source, until KaTeX has set it. */
export function formula({ tex, display, block }: FormulaTree, work: Work): HTMLElement {
  const element = make(block ? 'div' : 'span', display ? 'nbps-md-display' : 'nbps-md-math');
  element.append(make('code', 'nbps-md-tex', tex));
  if (tex.length <= LONGEST) {
    void typesetter().then((set) => {
      if (set && !work.signal.aborted) work.add(() => typeset(element, tex, display, set));
    });
  }
  return element;
}

function typeset(element: HTMLElement, tex: string, display: boolean, set: Typesetter): boolean {
  // A formula of a tail that has been written anew meanwhile.
  if (element.parentNode === null) return false;
  const source = [...element.childNodes];
  try {
    dressMath(element.getRootNode());
    set(tex, element, display);
  } catch {
    // An error of TeX's, or such as too deep a nesting.
    element.replaceChildren(...source);
  }
  return false;
}
