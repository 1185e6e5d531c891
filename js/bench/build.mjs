// Bundles the benchmark's page from the viewer's own sources. `node build.mjs`
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { plainFields } from '../plainfields.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CHUNKS = here('../../nb_persistent_stream/static/chunks');
const files = readdirSync(CHUNKS).filter((file) => /\.(?:js|css)$/.test(file));
const named = files.map((file) => [file.replace(/-\w{8}\.\w+$/, ''), `chunks/${file}`]);

rmSync(here('dist'), { recursive: true, force: true });
await esbuild.build({
  entryPoints: [here('page.js')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  outdir: here('dist'),
  loader: { '.css': 'text' },
  plugins: [plainFields],
  define: {
    CHUNK_FILES: JSON.stringify(Object.fromEntries(named)),
    'process.env.NODE_ENV': '"production"',
  },
  logLevel: 'error',
});
cpSync(CHUNKS, here('dist/chunks'), { recursive: true });

// What a page loads before the first formula: the renderer alone, without the rest of the viewer.
await esbuild.build({
  entryPoints: [here('../src/view/markdown/markdown.ts')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  outfile: here('dist/renderer.js'),
  plugins: [plainFields],
  define: { CHUNK_FILES: '{}' },
  logLevel: 'error',
});
