import type { StreamLink } from '../protocol';
import { make, setText } from './dom';

const WORDS = { reply: 'reply to', retry: 'retry of' } as const;

/** Names the stream that this one comes from, and shows it where the page can. */
export class LinkButton {
  readonly element: HTMLElement;
  #link: StreamLink | null = null;

  constructor(open: ((streamId: string) => void) | undefined, signal: AbortSignal) {
    this.element = make(open ? 'button' : 'span', 'nbps-link');
    if (!open) return;
    this.element.setAttribute('type', 'button');
    this.element.title = 'Show that stream';
    const show = () => this.#link && open(this.#link.stream_id);
    this.element.addEventListener('click', show, { signal });
  }

  update(link: StreamLink | null): void {
    this.#link = link;
    setText(this.element, link ? `${WORDS[link.relation]} ${link.stream_id}` : '');
  }
}
