import { Container } from './lab/container';

const NAME = 'nb-persistent-stream';

const page = globalThis as { _JUPYTERLAB?: Record<string, Container> };
page._JUPYTERLAB ??= {};
// Only while it runs does a script know where it came from; the viewer lies beside it.
page._JUPYTERLAB[NAME] = new Container((document.currentScript as HTMLScriptElement).src);
