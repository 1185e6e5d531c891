// Builds the viewer, then those that know it by name: the widget that loads it, the widget that
// holds a copy, and the labextension.
// `node build.mjs [--watch]`
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { plainFields } from './plainfields.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const STATIC = here('../nb_persistent_stream/static');
const LABEXTENSION = here('../nb_persistent_stream/labextension');
/** The folder of what the viewer loads when it is needed. */
const CHUNKS = 'chunks';
const { name, license, description } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

const COMMON = {
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  logLevel: 'error',
  metafile: true,
};

const minifiedCss = {
  name: 'minified-css',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const options = { loader: 'css', minify: true };
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), options);
      return { contents: code, loader: 'text' };
    });
  },
};

/** KaTeX's fonts in the one format that all browsers read. */
const katexCss = {
  name: 'katex-css',
  setup(build) {
    build.onLoad({ filter: /katex\.min\.css$/ }, ({ path }) => {
      const others = /,url\([^)]+\) format\("(?:woff|truetype)"\)/g;
      return { contents: readFileSync(path, 'utf8').replace(others, ''), loader: 'css' };
    });
  },
};

/** Builds what the viewer loads when it is needed, from beside it; gives back files by name. */
async function chunks() {
  const places = Object.values(
    JSON.parse(readFileSync(here('src/view/markdown/languages.json'), 'utf8')),
  );
  const modes = new Set(places.map((place) => place.split('/')[0]));
  const entries = [...modes].map((mode) => [mode, `@codemirror/legacy-modes/mode/${mode}`]);
  const { metafile } = await esbuild.build({
    ...COMMON,
    outdir: `${STATIC}/${CHUNKS}`,
    entryPoints: {
      ...Object.fromEntries(entries),
      katex: 'katex',
      'katex-style': 'katex/dist/katex.min.css',
    },
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    plugins: [katexCss],
  });
  const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
  keepOnly(`${STATIC}/${CHUNKS}`, outputs);
  const named = outputs.map((file) => [file.replace(/-\w{8}\.\w+$/, ''), `${CHUNKS}/${file}`]);
  console.log(`${CHUNKS}: ${outputs.length} files`);
  return Object.fromEntries(named.filter(([, file]) => /\.(?:js|css)$/.test(file)));
}

/** Bundles one entry point; gives back the name of the file. */
async function bundle(entry, options) {
  const { metafile } = await esbuild.build({
    ...COMMON,
    outdir: STATIC,
    entryPoints: [here(entry)],
    plugins: [minifiedCss, plainFields],
    ...options,
  });
  const [[file, { bytes }]] = Object.entries(metafile.outputs);
  console.log(`${basename(file)}  ${(bytes / 1000).toFixed(1)} kB`);
  return basename(file);
}

async function build() {
  const viewer = await bundle('src/viewer.ts', {
    entryNames: '[name]-[hash]',
    define: { CHUNK_FILES: JSON.stringify(await chunks()) },
  });
  const define = { VIEWER_FILE: JSON.stringify(viewer) };
  const widgets = [
    await bundle('src/widget.ts', { define }),
    // Nothing lies beside a viewer in a page that reaches no server.
    await bundle('src/widget-inline.ts', { define: { ...define, CHUNK_FILES: '{}' } }),
  ];
  const entry = await bundle('src/lab.ts', {
    define,
    format: 'iife',
    outdir: `${LABEXTENSION}/static`,
    entryNames: 'remoteEntry.[hash]',
  });
  copy(`${STATIC}/${viewer}`, `${LABEXTENSION}/static/${viewer}`);
  rmSync(`${LABEXTENSION}/static/${CHUNKS}`, { recursive: true, force: true });
  cpSync(`${STATIC}/${CHUNKS}`, `${LABEXTENSION}/static/${CHUNKS}`, { recursive: true });
  copy(here('schema/plugin.json'), `${LABEXTENSION}/schemas/${name}/plugin.json`);
  describe(entry);
  keepOnly(STATIC, [...widgets, viewer, CHUNKS]);
  keepOnly(`${LABEXTENSION}/static`, [entry, viewer, CHUNKS]);
}

/** What JupyterLab reads to find the entry, and its extension manager to name the package. */
function describe(entry) {
  const python = readFileSync(here('../nb_persistent_stream/__init__.py'), 'utf8');
  const version = /^__version__ = "(.+)"$/m.exec(python)?.[1];
  const _build = { load: `static/${entry}`, extension: './extension' };
  const jupyterlab = { extension: true, schemaDir: 'schema', _build };
  writeJson('package.json', { name, version, description, license, jupyterlab });
  writeJson('install.json', {
    packageManager: 'python',
    packageName: 'nb_persistent_stream',
    uninstallInstructions: 'Uninstall it with: pip uninstall nb_persistent_stream',
  });
}

function writeJson(file, value) {
  writeFileSync(`${LABEXTENSION}/${file}`, `${JSON.stringify(value, null, 2)}\n`);
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** Removes what an earlier build left; only once nothing names it any more. */
function keepOnly(folder, files) {
  for (const file of readdirSync(folder)) {
    if (!files.includes(file)) rmSync(`${folder}/${file}`, { recursive: true });
  }
}

if (process.argv.includes('--watch')) {
  const rebuild = () => build().catch(() => console.error('not built: see above'));
  let soon;
  await rebuild();
  // An editor's save is several events: build once they are over.
  watch(here('src'), { recursive: true }, () => {
    clearTimeout(soon);
    soon = setTimeout(rebuild, 50);
  });
} else {
  await build();
}
