import { describe, expect, it, vi } from 'vitest';
import { Row } from '../../src/lab/panel/row';
import type { StreamState } from '../../src/protocol';
import { listed, state } from '../fakes';
import { onStage, say, show, view } from './stage';

onStage();

const PAYLOADS = [
  '<img src=x onerror=hit()>',
  '"><script>hit()</script>',
  '</span></div><iframe srcdoc="<script>hit()</script>">',
  '[x](javascript:hit())',
  '{{hit()}}',
  '\u202Egnp.exe\u202C\u0000\u001B]52;c;AAAA\u0007',
];

/** Every field of a stream that others may have written. */
function facts(words: string): Partial<StreamState> {
  return {
    status: 'error',
    title: words,
    model: words,
    provider: words,
    finish_reason: words,
    usage: { [words]: words, prompt_tokens: words } as unknown as StreamState['usage'],
    error: { type: words, message: words },
    notice: words,
  };
}

/** The elements with their attributes, without the words and which stream it is. */
function shape(root: Element, words: string): string[] {
  return [root, ...root.querySelectorAll('*')].map((element) => {
    const attributes = [...element.attributes]
      .filter(({ name }) => name !== 'data-stream-id')
      .map(({ name, value }) => `${name}=${value.replaceAll(words, '…')}`);
    return [element.localName, ...attributes].join(' ');
  });
}

function row(words: string): HTMLElement {
  const context = { icon: () => document.createElement('i'), act: vi.fn(), hindrance: () => '' };
  const shown = new Row(context);
  const more = { prompt: words, notebook: words, tags: [words, words] };
  shown.show(listed({ ...facts(words), ...more }), 0, 1);
  document.body.append(shown.element);
  return shown.element;
}

describe('what others wrote', () => {
  it.each(PAYLOADS)('is words and no more in the header and below the body: %j', (payload) => {
    say(state(facts('benign')));
    const plain = shape(view.element, 'benign');
    show('');
    say(state(facts(payload)));
    expect(shape(view.element, payload)).toEqual(plain);
    expect(view.element.textContent).toContain(payload);
  });

  it.each(PAYLOADS)('is words and no more in the sidebar: %j', (payload) => {
    expect(shape(row(payload), payload)).toEqual(shape(row('benign'), 'benign'));
  });

  it.each(['.nbps-title', '.nbps-model'])('turns around no more than itself: %s', (place) => {
    say(state(facts('\u202Eword')));
    expect(view.element.querySelector<HTMLElement>(place)?.dir).toBe('auto');
  });
});
