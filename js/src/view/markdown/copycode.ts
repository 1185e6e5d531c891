import { Timer } from '../../timer';
import { BRIEFLY } from '../buttons';
import { copyText } from '../clipboard';
import { make, setText } from '../dom';

const LABEL = 'Copy';

/** Copies the code block that it stands in. */
export function copyCodeButton(): HTMLButtonElement {
  const button = make('button', 'nbps-button nbps-md-copy', LABEL);
  button.type = 'button';
  // A button's own words are not announced when they change, unless it is a live region.
  button.setAttribute('aria-live', 'polite');
  return button;
}

/** One listener serves the buttons of all code blocks within an element. */
export function copyCodeOnClick(root: HTMLElement, signal: AbortSignal): void {
  /** The button that says what it did. */
  let last: HTMLElement | null = null;
  const reset = new Timer(() => last && setText(last, LABEL), signal);
  const copy = async (button: HTMLElement, code: string) => {
    const copied = await copyText(code);
    if (last) setText(last, LABEL);
    last = button;
    setText(button, copied ? 'Copied' : 'Not copied');
    reset.start(BRIEFLY);
  };
  const onClick = ({ target }: Event) => {
    const button = target instanceof Element ? target.closest('.nbps-md-copy') : null;
    const code = button?.closest('.nbps-md-code')?.querySelector('code');
    if (button instanceof HTMLElement && code) void copy(button, code.textContent ?? '');
  };
  root.addEventListener('click', onClick, { signal });
}
