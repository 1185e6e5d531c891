// Builds the viewer, then those that know it by name: the widget that loads it, the widget that
// holds a copy, and the labextension.
// `node build.mjs [--watch]`
import { createHash } from 'node:crypto';
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
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { asText, packagesIn } from './notices.mjs';
import { plainFields } from './plainfields.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const STATIC = here('../nb_persistent_stream/static');
const LABEXTENSION = here('../nb_persistent_stream/labextension');
/** The folder of what the viewer loads when it is needed. */
const CHUNKS = 'chunks';
const NOTICES = 'THIRD_PARTY_NOTICES.txt';
/** The name by which JupyterLab's own report of licences finds an extension's. */
const LICENCES = 'third-party-licenses.json';
/** Bytes that the viewer may take, gzipped, without what it loads when it is needed. */
const VIEWER_LIMIT = 75_000;
const VIEWER = 'src/viewer.ts';
const WATCHING = process.argv.includes('--watch');
const { name, license, description } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

const COMMON = {
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  logLevel: 'error',
  // Licences are told in full beside the bundles.
  legalComments: 'none',
  metafile: true,
  alias: { 'punycode.js': here('src/view/markdown/hosts.ts') },
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

/** What is in the bundles of a build, as paths from here. */
const inputs = new Set();

function noteInputs({ outputs }) {
  for (const output of Object.values(outputs)) {
    for (const input of Object.keys(output.inputs)) inputs.add(input);
  }
}

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
  noteInputs(metafile);
  const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
  keepOnly(`${STATIC}/${CHUNKS}`, outputs);
  const named = outputs.map((file) => [file.replace(/-\w{8}\.\w+$/, ''), `${CHUNKS}/${file}`]);
  console.log(`${CHUNKS}: ${outputs.length} files`);
  return Object.fromEntries(named.filter(([, file]) => /\.(?:js|css)$/.test(file)));
}

/** Bundles one entry point to where its content's hash tells; gives back the name of the file. */
async function bundle(entry, path, options) {
  const { outputFiles, metafile } = await esbuild.build({
    ...COMMON,
    outdir: STATIC,
    entryPoints: [here(entry)],
    plugins: [minifiedCss, plainFields],
    write: false,
    ...options,
  });
  noteInputs(metafile);
  const code = await smaller(outputFiles[0].text, options.format !== 'iife');
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 8).toUpperCase();
  const file = path(hash);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  const zipped = gzipSync(code, { level: 9 }).length;
  console.log(`${basename(file)}  ${code.length} bytes, ${zipped} gzipped`);
  if (entry === VIEWER && zipped > VIEWER_LIMIT && !WATCHING) {
    throw new Error(`The viewer takes ${zipped} bytes gzipped: more than ${VIEWER_LIMIT}.`);
  }
  return basename(file);
}

/** Terser finds more to leave out than esbuild does, and takes longer. */
async function smaller(code, module) {
  if (WATCHING) return code;
  const made = await minify(code, { module, ecma: 2020, compress: { passes: 3 } });
  return made.code;
}

async function build() {
  inputs.clear();
  const CHUNK_FILES = JSON.stringify(await chunks());
  const beside = (name) => (hash) => `${STATIC}/${name.replace('HASH', hash)}`;
  const viewer = await bundle(VIEWER, beside('viewer-HASH.js'), { define: { CHUNK_FILES } });
  const define = { VIEWER_FILE: JSON.stringify(viewer) };
  const widgets = [
    await bundle('src/widget.ts', beside('widget.js'), { define }),
    // Nothing lies beside a viewer in a page that reaches no server.
    await bundle('src/widget-inline.ts', beside('widget-inline.js'), {
      define: { ...define, CHUNK_FILES: '{}' },
    }),
  ];
  const entry = await bundle(
    'src/lab.ts',
    (hash) => `${LABEXTENSION}/static/remoteEntry.${hash}.js`,
    { define, format: 'iife' },
  );
  copy(`${STATIC}/${viewer}`, `${LABEXTENSION}/static/${viewer}`);
  rmSync(`${LABEXTENSION}/static/${CHUNKS}`, { recursive: true, force: true });
  cpSync(`${STATIC}/${CHUNKS}`, `${LABEXTENSION}/static/${CHUNKS}`, { recursive: true });
  copy(here('schema/plugin.json'), `${LABEXTENSION}/schemas/${name}/plugin.json`);
  describe(entry);
  const packages = packagesIn([...inputs]);
  writeFileSync(`${STATIC}/${NOTICES}`, asText(packages));
  writeJson(`static/${LICENCES}`, { packages });
  keepOnly(STATIC, [...widgets, viewer, CHUNKS, NOTICES]);
  keepOnly(`${LABEXTENSION}/static`, [entry, viewer, CHUNKS, LICENCES]);
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

if (WATCHING) {
  const rebuild = () => build().catch(({ message }) => console.error(`not built: ${message}`));
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
