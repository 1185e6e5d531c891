import type { InitializeProps, RenderProps } from '@anywidget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inbox } from '../src/inbox';
import { findInbox, registry, type Viewer } from '../src/registry';
import widget from '../src/widget';
import { FakeModel, ID } from './fakes';

const VIEWER = 'viewer-test.js';
const SOURCE = 'export function mount(options) { globalThis.mounted.push(options); }';
const definition = widget as Exclude<typeof widget, () => unknown>;

function initialize(model: FakeModel): () => void {
  const props = { model: model.asAnyModel } as InitializeProps;
  return definition.initialize?.(props) as () => void;
}

function render(model: FakeModel, el: HTMLElement): () => void {
  return definition.render?.({ model: model.asAnyModel, el } as RenderProps) as () => void;
}

let mounted: Parameters<Viewer['mount']>[0][];

beforeEach(() => {
  mounted = [];
  vi.stubGlobal('mounted', mounted);
  registry().viewers.clear();
  registry().inboxes.clear();
  document.body.replaceChildren();
  URL.createObjectURL = () => `data:text/javascript,${encodeURIComponent(SOURCE)}`;
  URL.revokeObjectURL = () => {};
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('Inbox', () => {
  it('keeps what comes before somebody listens, and loses nothing after', () => {
    const model = new FakeModel();
    const inbox = new Inbox(model.asAnyModel);
    model.say(1);
    model.say(2);
    const heard: unknown[] = [];
    inbox.listen((content) => heard.push(content), new AbortController().signal);
    model.say(3);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('hears nothing after it was closed', () => {
    const model = new FakeModel();
    const inbox = new Inbox(model.asAnyModel);
    const listener = vi.fn();
    inbox.listen(listener, new AbortController().signal);
    inbox.close();
    model.say(1);
    expect(listener).not.toHaveBeenCalled();
    expect(inbox.closed.aborted).toBe(true);
  });
});

describe('initialize', () => {
  it('registers a model without a view, until it is gone', () => {
    const dispose = initialize(new FakeModel());
    expect(findInbox(ID)?.role).toBe('driver');
    dispose();
    expect(findInbox(ID)).toBeNull();
  });

  it('finds the driver of a stream before its watchers', () => {
    initialize(new FakeModel('watcher'));
    initialize(new FakeModel('driver'));
    initialize(new FakeModel('driver', 'another'));
    expect(findInbox(ID)).toMatchObject({ streamId: ID, role: 'driver' });
  });
});

describe('render', () => {
  it('gets the viewer from the kernel where there is no server', async () => {
    const model = new FakeModel();
    model.answer = () => model.say({ type: 'viewer', source: SOURCE });
    const el = document.createElement('div');
    render(model, el);
    await vi.waitFor(() => expect(mounted).toHaveLength(1));
    expect(model.sent).toEqual([{ type: 'viewer' }]);
    expect(mounted[0]).toMatchObject({ el, streamId: ID });
  });

  it('gets it from the kernel, too, when the server does not have it', async () => {
    document.body.dataset.baseUrl = '/';
    const model = new FakeModel();
    model.answer = () => model.say({ type: 'viewer', source: SOURCE });
    render(model, document.createElement('div'));
    await vi.waitFor(() => expect(mounted).toHaveLength(1));
    delete document.body.dataset.baseUrl;
  });

  it('loads it once a page', async () => {
    const model = new FakeModel();
    model.answer = () => model.say({ type: 'viewer', source: SOURCE });
    render(model, document.createElement('div'));
    await vi.waitFor(() => expect(mounted).toHaveLength(1));
    render(new FakeModel('watcher', 'another'), document.createElement('div'));
    await vi.waitFor(() => expect(mounted).toHaveLength(2));
    expect(registry().viewers.size).toBe(1);
  });

  it('takes the one that the labextension has loaded', async () => {
    const mount = vi.fn<Viewer['mount']>();
    registry().viewers.set(VIEWER, Promise.resolve({ mount, list: () => null }));
    const model = new FakeModel();
    render(model, document.createElement('div'));
    await vi.waitFor(() => expect(mount).toHaveBeenCalledOnce());
    expect(model.sent).toEqual([]);
  });

  it('does not wait for the kernel of another view', async () => {
    render(new FakeModel(), document.createElement('div'));
    const model = new FakeModel();
    model.answer = () => model.say({ type: 'viewer', source: SOURCE });
    render(model, document.createElement('div'));
    await vi.waitFor(() => expect(mounted).toHaveLength(1));
  });

  it('aborts what it mounted, and mounts nothing once it was disposed', async () => {
    const mount = vi.fn<Viewer['mount']>();
    registry().viewers.set(VIEWER, Promise.resolve({ mount, list: () => null }));
    const dispose = render(new FakeModel(), document.createElement('div'));
    await vi.waitFor(() => expect(mount).toHaveBeenCalledOnce());
    dispose();
    expect(mount.mock.calls[0]?.[0].signal.aborted).toBe(true);
    render(new FakeModel(), document.createElement('div'))();
    await new Promise((resolve) => setTimeout(resolve));
    expect(mount).toHaveBeenCalledOnce();
  });

  it('says so, in a sentence, when there is no viewer', async () => {
    URL.createObjectURL = () => 'data:text/javascript,throw new Error("broken")';
    const model = new FakeModel();
    model.answer = () => model.say({ type: 'viewer', source: SOURCE });
    const el = document.createElement('div');
    render(model, el);
    await vi.waitFor(() => expect(el.textContent).toMatch(/could not be shown/));
    expect(registry().viewers.size).toBe(0);
  });

  it('says what it waits for when the kernel does not answer', async () => {
    vi.useFakeTimers();
    const el = document.createElement('div');
    render(new FakeModel(), el);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(el.textContent).toBe('');
    await vi.advanceTimersByTimeAsync(1);
    expect(el.textContent).toMatch(/Waiting for the kernel/);
  });
});
