import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import type { Viewer } from '../../registry';
import { make } from '../../view/dom';

const NAMESPACE = 'nb-persistent-stream';
/** A tab's label is cut by the tab bar; this keeps a long prompt out of the layout's file. */
const LONGEST_NAME = 100;

/** What a tab is made of, all of it the application's. */
export interface TabTypes {
  readonly Widget: typeof Widget;
  readonly MainAreaWidget: typeof MainAreaWidget;
  readonly WidgetTracker: typeof WidgetTracker;
  readonly icon: LabIcon;
  /** Opens a tab under the name of its stream. */
  openStream(streamId: string): void;
}

/** The tabs that show one stream each; one that is open is turned to, not opened again. */
export class Tabs {
  readonly #shell: JupyterFrontEnd.IShell;
  readonly #area: string;
  readonly #load: () => Promise<Viewer>;
  readonly #types: TabTypes;
  readonly #tracker: WidgetTracker<MainAreaWidget>;

  /** `area` is one of the shell's that holds many widgets. */
  constructor(
    shell: JupyterFrontEnd.IShell,
    area: string,
    load: () => Promise<Viewer>,
    types: TabTypes,
  ) {
    this.#shell = shell;
    this.#area = area;
    this.#load = load;
    this.#types = types;
    this.#tracker = new types.WidgetTracker({ namespace: NAMESPACE });
  }

  /** Opens again, by a command, the tabs that a reload of the page has closed. */
  restoreBy(restorer: ILayoutRestorer, command: string): void {
    void restorer.restore(this.#tracker, {
      command,
      args: ({ id, title }) => ({ stream_id: streamIdOf(id), name: title.label }),
      name: ({ id }) => streamIdOf(id),
    });
  }

  /** A tab that is open gets the stream's new name. */
  rename(streamId: string, name: string): void {
    const tab = this.#find(idOf(streamId));
    if (tab) tab.content.title.label = name.slice(0, LONGEST_NAME);
  }

  async open(streamId: string, name: string): Promise<void> {
    const id = idOf(streamId);
    const open = this.#find(id);
    const tab = open ?? this.#make(id, streamId, name);
    if (!tab.isAttached) this.#shell.add(tab, this.#area, { type: 'Stream' });
    this.#shell.activateById(id);
    if (!open) await this.#tracker.add(tab);
  }

  #find(id: string): MainAreaWidget | undefined {
    return this.#tracker.find((tab) => tab.id === id);
  }

  #make(id: string, streamId: string, name: string): MainAreaWidget {
    const { Widget, MainAreaWidget, icon } = this.#types;
    const content = new Widget();
    content.addClass('nbps-tab');
    content.title.label = name.slice(0, LONGEST_NAME);
    content.title.caption = `Stream ${streamId}`;
    content.title.icon = icon;
    const tab = new MainAreaWidget({ content });
    tab.id = id;
    tab.addClass(`nbps-mod-${this.#area}`);
    tab.toolbar.hide();
    const controller = new AbortController();
    content.disposed.connect(() => controller.abort());
    void this.#mount(content.node, streamId, controller.signal);
    return tab;
  }

  async #mount(el: HTMLElement, streamId: string, signal: AbortSignal): Promise<void> {
    try {
      const viewer = await this.#load();
      const open = (id: string) => void this.#types.openStream(id);
      viewer.mount({ el, streamId, signal, open });
    } catch (error) {
      const reason = `The viewer of this stream could not be loaded (${error}). Reload the page.`;
      el.append(make('p', '', reason));
    }
  }
}

function idOf(streamId: string): string {
  return `${NAMESPACE}:${streamId}`;
}

function streamIdOf(tabId: string): string {
  return tabId.slice(NAMESPACE.length + 1);
}
