/** What the URLs of a body become in the page; null for one that may lead nowhere. */
export interface LinkPolicy {
  link(url: string): string | null;
  image(url: string): string | null;
  /** Whether an image that is a link's text can be asked for: a button within a link is no button. */
  readonly imagesInLinks: boolean;
}

const WEB = /^https?:\/\//i;
const MAIL = /^mailto:/i;

/**
 * Links lead to the web or to a mail program: a relative one would lead into the notebook's host,
 * and one within the page nowhere, for a body gives no element a name.
 */
export const SAFE: LinkPolicy = {
  link: (url) => ((WEB.test(url) || MAIL.test(url)) && URL.canParse(url) ? url : null),
  image: (url) => (WEB.test(url) && URL.canParse(url) ? url : null),
  imagesInLinks: false,
};
