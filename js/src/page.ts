/** The Jupyter server behind this page. */
export interface Server {
  /** Absolute, of the REST resources: a blob module can't resolve a relative URL. */
  readonly url: string;
  readonly liveUrl: string;
  /** Empty where cookies authenticate. */
  readonly token: string;
}

const PATH = 'nb-persistent-stream/v1/';

/** Where the page says its server is, or null: VS Code and Colab have none to fetch from. */
export function findServer(): Server | null {
  const { baseUrl, wsUrl, token } = pageConfig();
  if (!baseUrl) return null;
  const base = new URL(withSlash(baseUrl), location.href).href;
  const live = new URL(withSlash(wsUrl || base), base);
  live.protocol = live.protocol.replace('http', 'ws');
  return { url: base + PATH, liveUrl: `${live.href + PATH}live`, token: token ?? '' };
}

interface PageConfig {
  readonly baseUrl?: string | undefined;
  readonly wsUrl?: string | undefined;
  readonly token?: string | undefined;
}

/** JupyterLab, Notebook 7 and Voila hold their settings in a script element, nbclassic in body. */
function pageConfig(): PageConfig {
  try {
    return JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? '');
  } catch {
    return document.body.dataset;
  }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
