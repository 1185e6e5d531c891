// Builds the viewer, then the loader that names it: `node build.mjs [--watch]`.
import { mkdirSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const STATIC = here('../nb_persistent_stream/static');

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

const common = {
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  outdir: STATIC,
  logLevel: 'error',
  metafile: true,
};

async function build() {
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: [here('src/viewer.ts')],
    entryNames: '[name]-[hash]',
    plugins: [minifiedCss],
  });
  const viewer = basename(Object.keys(metafile.outputs)[0]);
  const loader = await esbuild.build({
    ...common,
    entryPoints: [here('src/widget.ts')],
    define: { VIEWER_FILE: JSON.stringify(viewer) },
  });
  for (const file of readdirSync(STATIC)) {
    if (/^viewer-.*\.js$/.test(file) && file !== viewer) rmSync(`${STATIC}/${file}`);
  }
  for (const outputs of [metafile.outputs, loader.metafile.outputs]) {
    for (const [file, { bytes }] of Object.entries(outputs)) {
      console.log(`${basename(file)}  ${(bytes / 1000).toFixed(1)} kB`);
    }
  }
}

mkdirSync(STATIC, { recursive: true });
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
