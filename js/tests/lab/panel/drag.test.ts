import { MimeData } from '@lumino/coreutils';
import type { Drag } from '@lumino/dragdrop';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDraggable } from '../../../src/lab/panel/drag';
import { make } from '../../../src/view/dom';
import { listed } from '../../fakes';

const drags: { mimeData: MimeData; dragImage: HTMLElement }[] = [];

class FakeDrag {
  constructor(options: { mimeData: MimeData; dragImage: HTMLElement }) {
    drags.push(options);
  }
  start = async () => 'copy';
  dispose() {}
}

let row: HTMLElement;

beforeEach(() => {
  drags.length = 0;
  row = make('div', 'row');
  row.append(make('button', ''));
  document.body.append(row);
  const types = { Drag: FakeDrag as unknown as typeof Drag, MimeData };
  const stream = listed({ stream_id: 'a', title: '<b>Summary</b>' });
  makeDraggable(row, () => stream, types, new AbortController().signal);
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const mouse = (type: string, clientX: number, target: Element = row) =>
  target.dispatchEvent(new MouseEvent(type, { clientX, button: 0, bubbles: true }));

describe('a drag of a row', () => {
  it('begins once the pointer has gone a way, and carries a cell', () => {
    mouse('mousedown', 0);
    mouse('mousemove', 4);
    expect(drags).toEqual([]);
    mouse('mousemove', 6);
    mouse('mousemove', 60);
    const [{ mimeData, dragImage } = { mimeData: new MimeData(), dragImage: row }, ...more] = drags;
    expect(more).toEqual([]);
    expect(mimeData.getData('application/vnd.jupyter.cells')).toMatchObject([
      { cell_type: 'code', source: 'from nb_persistent_stream import watch\nwatch("a")' },
    ]);
    expect(dragImage.textContent).toBe('<b>Summary</b>');
  });

  it('is not a click, nor a press on a button', () => {
    mouse('mousedown', 0);
    mouse('mouseup', 0);
    mouse('mousemove', 60);
    mouse('mousedown', 0, row.firstElementChild ?? row);
    mouse('mousemove', 60);
    expect(drags).toEqual([]);
  });
});
