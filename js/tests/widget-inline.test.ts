import type { AnyWidget, InitializeProps, RenderProps } from '@anywidget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry } from '../src/registry';
import { deltas, FakeModel, ID, state, text } from './fakes';

type Definition = Exclude<AnyWidget, () => unknown>;

/** A copy of the module, as each widget of a page imports one. */
async function copy(): Promise<Definition> {
  vi.resetModules();
  const { default: widget } = await import('../src/widget-inline');
  return widget as Definition;
}

function initialize(widget: Definition, model: FakeModel): void {
  widget.initialize?.({ model: model.asAnyModel } as InitializeProps);
}

function render(widget: Definition, model: FakeModel): HTMLElement {
  const el = document.body.appendChild(document.createElement('div'));
  widget.render?.({ model: model.asAnyModel, el } as unknown as RenderProps);
  return el;
}

function shown(el: HTMLElement): string | undefined {
  return el.querySelector('.nbps-text')?.textContent;
}

beforeEach(() => {
  for (const shared of Object.values(registry())) shared.clear();
  document.body.replaceChildren();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the widget that holds the viewer', () => {
  it('shows what was sent by a kernel that never answers', async () => {
    const widget = await copy();
    const model = new FakeModel();
    initialize(widget, model);
    model.say(state());
    model.say(deltas(text(0, 'first ')));
    const el = render(widget, model);
    await vi.waitFor(() => expect(shown(el)).toBe('first '));
    model.say(deltas(text(6, 'last')));
    await vi.waitFor(() => expect(shown(el)).toBe('first last'));
    expect(model.sent).not.toContainEqual({ type: 'viewer' });
  });

  it('shows what was said again, once, to a page that missed the beginning', async () => {
    const widget = await copy();
    const model = new FakeModel();
    initialize(widget, model);
    const el = render(widget, model);
    model.say(deltas(text(6, 'then ')));
    model.say(deltas(text(0, 'first then '), text(11, 'last')));
    await vi.waitFor(() => expect(shown(el)).toBe('first then last'));
  });

  it('runs one viewer a page, whichever copy brought it', async () => {
    const [one, two] = [await copy(), await copy()];
    const [first, second] = [new FakeModel(), new FakeModel('driver', `${ID}x`)];
    initialize(one, first);
    initialize(two, second);
    const els = [render(one, first), render(two, second)];
    first.say(deltas(text(0, 'one')));
    second.say(deltas(text(0, 'two')));
    await vi.waitFor(() => expect(els.map(shown)).toEqual(['one', 'two']));
    expect(registry().viewers.size).toBe(1);
    expect(registry().arrivals.size).toBe(1); // each viewer that runs has one
  });
});
