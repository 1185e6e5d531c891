import { make } from '../dom';
import type { ImageTree } from './tree';

/** An image that the reader has not asked for: a link to it, and a button that shows it. */
export function remoteImage({ url, alt, title }: ImageTree): HTMLElement {
  const element = make('span', 'nbps-md-image');
  const link = make('a', 'nbps-md-image-link', alt || 'image');
  link.href = url;
  link.rel = 'noopener noreferrer nofollow';
  link.target = '_blank';
  if (title) link.title = title;
  const button = make('button', 'nbps-button nbps-md-show', 'Show image');
  button.type = 'button';
  button.title = `Loads it from ${new URL(url, location.href).host}`;
  const show = () => {
    const image = make('img', 'nbps-md-shown');
    image.referrerPolicy = 'no-referrer';
    image.alt = alt;
    if (title) image.title = title;
    image.src = url;
    element.replaceChildren(image);
  };
  button.addEventListener('click', show, { once: true });
  element.append(link, button);
  return element;
}
