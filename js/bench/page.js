import markdownCss from '../src/view/markdown/markdown.css';
import style from '../src/view/style.css';
import { PEERS } from './peers';
import { generate } from './text';

/** At 2,000 deltas a second and 60 frames a second, of four characters each. */
const CHARACTERS = 132;
const FRAME = 1_000 / 60;

const styles = document.head.appendChild(document.createElement('style'));
styles.textContent = `${style}${markdownCss}
  .wrapped > * { content-visibility: auto; contain-intrinsic-size: auto 60px; }`;

let text = '';
let renderer = null;
let at = 0;

/** Makes ready to stream a text of so many characters into a renderer. */
globalThis.begin = ({ name, size, plain, only, wrapped }) => {
  const root = document.body.appendChild(document.createElement('div'));
  root.className = wrapped ? 'wrapped' : 'nbps';
  text = generate(size, { plain, only });
  renderer = PEERS[name](root);
};

/**
 * Streams up to a part of the text, a frame's worth at a time with layout after each, unless that
 * takes longer than `patience`, in milliseconds. Gives back what it did.
 */
globalThis.stream = async (part, patience) => {
  const end = Math.round(part * text.length);
  const began = performance.now();
  const from = at;
  let [longest, late, frames] = [0, 0, 0];
  while (at < end && performance.now() - began < patience) {
    const start = performance.now();
    renderer.append(text.slice(at, at + CHARACTERS));
    renderer.flush();
    document.body.offsetHeight;
    const took = performance.now() - start;
    at = Math.min(at + CHARACTERS, text.length);
    longest = Math.max(longest, took);
    if (took > FRAME) late++;
    frames++;
    // Loads and timers have their turn, as between the frames of a page.
    if (frames % 32 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return { kb: (at - from) / 1_000, whole: at >= end, longest, late, frames };
};
