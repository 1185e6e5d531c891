import type { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import type { Panel } from './panel';

export const SIDEBAR_ID = 'nb-persistent-stream';

/** The panel as the application's own Widget, which tells it when it is seen. */
export function sidebarOn(Base: typeof Widget, panel: Panel, icon: LabIcon): Widget {
  class Sidebar extends Base {
    constructor() {
      super({ node: panel.element });
      this.id = SIDEBAR_ID;
      this.title.icon = icon;
      this.title.caption = 'Streams';
      this.node.setAttribute('role', 'region');
      this.node.setAttribute('aria-label', 'Streams');
    }

    protected override onAfterAttach(): void {
      if (this.isVisible) panel.show();
    }

    protected override onAfterShow(): void {
      panel.show();
    }

    protected override onBeforeHide(): void {
      panel.hide();
    }

    protected override onBeforeDetach(): void {
      panel.hide();
    }

    protected override onResize(): void {
      panel.resize();
    }

    protected override onActivateRequest(_message: Message): void {
      panel.focus();
    }
  }
  return new Sidebar();
}
