import type { MimeData } from '@lumino/coreutils';
import type { Drag } from '@lumino/dragdrop';
import type { ListedStream } from '../../protocol';
import { make } from '../../view/dom';
import { watchCell } from './notebooks';
import { nameOf } from './words';

/** What a notebook takes cells by, as its own drags send them. */
const CELLS = 'application/vnd.jupyter.cells';
/** How far the pointer goes before it is more than a click. */
const THRESHOLD = 5;

export interface DragTypes {
  readonly Drag: typeof Drag;
  readonly MimeData: typeof MimeData;
}

/** Lets rows be dragged out of an element, as cells that watch their streams. */
export function makeDraggable(
  element: HTMLElement,
  streamOf: (event: Event) => ListedStream | null,
  types: DragTypes,
  signal: AbortSignal,
): void {
  element.addEventListener(
    'mousedown',
    (pressed) => {
      const stream = pressed.button === 0 ? streamOf(pressed) : null;
      const onButton = pressed.target instanceof Element && pressed.target.closest('button');
      if (stream && !onButton) waitForMove(pressed, () => start(stream, pressed, types));
    },
    { signal },
  );
}

function waitForMove(pressed: MouseEvent, moved: () => void): void {
  const over = new AbortController();
  const { signal } = over;
  const onMove = ({ clientX, clientY }: MouseEvent) => {
    const distance = Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY);
    if (distance < THRESHOLD) return;
    over.abort();
    moved();
  };
  document.addEventListener('mousemove', onMove, { signal, capture: true });
  document.addEventListener('mouseup', () => over.abort(), { signal, capture: true });
}

function start(stream: ListedStream, { clientX, clientY }: MouseEvent, types: DragTypes): void {
  const mimeData = new types.MimeData();
  const cell = watchCell(stream.stream_id);
  mimeData.setData(CELLS, [cell]);
  mimeData.setData('text/plain', cell.source);
  const dragImage = make('div', 'nbps-drag', nameOf(stream).slice(0, 60));
  const drag = new types.Drag({
    mimeData,
    dragImage,
    supportedActions: 'copy',
    proposedAction: 'copy',
  });
  void drag.start(clientX, clientY).then(() => drag.dispose());
}
