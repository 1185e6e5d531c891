import { Widget } from '@lumino/widgets';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MIME_TYPE } from '../../src/lab/bundle';
import { rendererOn } from '../../src/lab/renderer';
import { Runs } from '../../src/lab/runs';
import type { MountOptions, Viewer } from '../../src/registry';
import { ID } from '../fakes';
import { bundle } from './fakes';

// jsdom has none, and Lumino extends it when it is imported.
vi.hoisted(() => vi.stubGlobal('DragEvent', Event));

const observer = { live() {}, complete() {} };
const runs = new Runs(null);
const open = vi.fn();
const rerun = (el: Element) => ({ el, possible: true, run: async () => {}, onChange() {} });
let mount: ReturnType<typeof vi.fn<Viewer['mount']>>;

beforeEach(() => {
  mount = vi.fn<Viewer['mount']>(({ el }) => el.append(document.createElement('section')));
});

function renderer(load: () => Promise<Viewer> = async () => ({ mount, list: () => null })) {
  return new (rendererOn(Widget, { load, runs, observer, rerun, opener: () => open }))();
}

function optionsOf(call: number): MountOptions {
  const options = mount.mock.calls[call]?.[0];
  if (!options) throw new Error(`mount was not called ${call + 1} times`);
  return options;
}

function model(data: object) {
  return { data, metadata: {}, trusted: false, setData() {} } as never;
}

describe('the renderer', () => {
  it('mounts the viewer with what the file holds', async () => {
    const output = renderer();
    await output.renderModel(model(bundle(ID, 'Saved')));
    const { el, streamId, snapshot, fresh } = optionsOf(0);
    expect([el, streamId, snapshot, fresh]).toEqual([output.node, ID, 'Saved', false]);
    expect(optionsOf(0).observer).toBe(observer);
  });

  it('does nothing when the same stream comes again, also with other words', async () => {
    const output = renderer();
    await output.renderModel(model(bundle(ID, 'Unfinished')));
    const view = output.node.firstChild;
    await output.renderModel(model(bundle(ID, 'Whole')));
    expect(mount).toHaveBeenCalledOnce();
    expect([output.node.firstChild, optionsOf(0).signal.aborted]).toEqual([view, false]);
  });

  it('does nothing, too, while the viewer is being loaded', async () => {
    const output = renderer();
    await Promise.all([1, 2].map(() => output.renderModel(model(bundle(ID)))));
    expect(mount).toHaveBeenCalledOnce();
  });

  it('turns to another stream', async () => {
    const output = renderer();
    await output.renderModel(model(bundle(ID)));
    await output.renderModel(model(bundle('another')));
    expect([optionsOf(0).signal.aborted, optionsOf(1).streamId]).toEqual([true, 'another']);
    expect(output.node.childNodes).toHaveLength(1);
  });

  it('says that a stream was reused, also of one that is shown', async () => {
    const output = renderer();
    await output.renderModel(model(bundle(ID)));
    const reused = { [MIME_TYPE]: { stream_id: ID, model_id: 'm', reused: true } };
    await output.renderModel(model({ ...bundle(ID), ...reused }));
    expect([optionsOf(0).reused, optionsOf(0).signal.aborted]).toEqual([false, true]);
    expect(optionsOf(1)).toMatchObject({ reused: true, open, rerun: { el: output.node } });
  });

  it('ends the view when it is disposed', async () => {
    const output = renderer();
    await output.renderModel(model(bundle(ID)));
    output.dispose();
    expect(optionsOf(0).signal.aborted).toBe(true);
  });

  it('tells a view that is made while a cell runs', async () => {
    vi.spyOn(runs, 'busy', 'get').mockReturnValue(true);
    await renderer().renderModel(model(bundle(ID)));
    expect(optionsOf(0).fresh).toBe(true);
  });

  it.each([null, 'x', {}, { stream_id: 7 }])(
    'shows the words of a broken bundle (%o)',
    async (value) => {
      const output = renderer();
      await output.renderModel(model({ [MIME_TYPE]: value, 'text/plain': '<b>Saved</b>' }));
      expect(output.node.textContent).toBe('<b>Saved</b>');
      expect(mount).not.toHaveBeenCalled();
    },
  );

  it('shows the words when there is no viewer, and tries again the next time', async () => {
    const load = vi
      .fn()
      .mockRejectedValueOnce(new Error('gone'))
      .mockResolvedValueOnce({ mount, list: () => null });
    const output = renderer(load);
    await output.renderModel(model(bundle(ID, 'Saved')));
    expect(output.node.textContent).toMatch(/could not be loaded.*gone.*Saved/s);
    await output.renderModel(model(bundle(ID, 'Saved')));
    expect(mount).toHaveBeenCalledOnce();
    expect(output.node.textContent).toBe('');
  });
});
