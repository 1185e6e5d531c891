import markdownCss from '../src/view/markdown/markdown.css';
import style from '../src/view/style.css';
import { PEERS } from './peers';
import { generate } from './text';

/** At 2,000 deltas a second and 60 frames a second, of four characters each. */
const CHARACTERS = 132;

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

/** A trace tells the time of an event's dispatch: what a frame does is done in two. */
document.body.addEventListener('render', () => {
  renderer.append(text.slice(at, at + CHARACTERS));
  renderer.flush();
});
document.body.addEventListener('layout', () => document.body.offsetHeight);

/**
 * Streams up to a part of the text, a frame's worth at a time with layout after each, unless that
 * takes longer than `patience`, in milliseconds. Each frame is a task of its own.
 */
globalThis.stream = async (part, patience) => {
  const end = Math.round(part * text.length);
  const began = performance.now();
  const from = at;
  let turn = null;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    document.body.dispatchEvent(new Event('render'));
    document.body.dispatchEvent(new Event('layout'));
    at = Math.min(at + CHARACTERS, text.length);
    turn();
  };
  while (at < end && performance.now() - began < patience) {
    await new Promise((resolve) => {
      turn = resolve;
      port2.postMessage(null);
    });
  }
  port1.close();
  return { kb: (at - from) / 1_000, whole: at >= end };
};
