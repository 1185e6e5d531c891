// The anywidget for pages that reach no server (VS Code, Colab, marimo): the viewer is in it, so
// that nothing has to be asked of a kernel, which can't answer while a cell blocks it.
import { anywidget } from './anywidget';
import { sharedViewer } from './registry';

/** The viewer's file name, with its content hash; filled in by the build. */
declare const VIEWER_FILE: string;

// Each widget brings a copy; the build lets an imported module sleep until it is asked for, so
// only the copy that comes first in a page is ever run.
export default anywidget(() => sharedViewer(VIEWER_FILE, () => import('./viewer')));
