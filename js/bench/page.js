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

/** Streams a text into a renderer, a frame's worth at a time, with layout after each. */
globalThis.measure = async ({ name, size, plain, only, wrapped, patience = 30_000 }) => {
  const root = document.body.appendChild(document.createElement('div'));
  root.className = wrapped ? 'wrapped' : 'nbps';
  const text = generate(size, { plain, only });
  const renderer = PEERS[name](root);
  const quarters = [0, 0, 0, 0];
  let [script, longest, late, frames, at] = [0, 0, 0, 0, 0];
  const began = performance.now();
  for (; at < text.length && performance.now() - began < patience; at += CHARACTERS) {
    const start = performance.now();
    renderer.append(text.slice(at, at + CHARACTERS));
    renderer.flush();
    const scripted = performance.now();
    root.offsetHeight;
    const took = performance.now() - start;
    script += scripted - start;
    longest = Math.max(longest, took);
    if (took > FRAME) late++;
    frames++;
    quarters[Math.floor((4 * at) / text.length)] += scripted - start;
    // Loads and timers have their turn, as between the frames of a page.
    if (frames % 32 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const done = Math.min(at, text.length);
  if (done === text.length) renderer.end();
  root.remove();
  return {
    kb: Math.round(done / 1_000),
    whole: done === text.length,
    perKb: script / (done / 1_000),
    total: (performance.now() - began) / 1_000,
    longest,
    late: (100 * late) / frames,
    growth: quarters[3] / quarters[1],
  };
};
