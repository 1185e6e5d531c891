// @vitest-environment node
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as esbuild from 'esbuild';
import { expect, it } from 'vitest';
import { packagesIn } from '../notices.mjs';

const STATIC = `${__dirname}/../../nb_persistent_stream/static`;
const REPORT = `${__dirname}/../../nb_persistent_stream/labextension/static/third-party-licenses.json`;

/** What is in a bundle, by an own look at it. */
async function bundled(entryPoints: string[]): Promise<string[]> {
  const { metafile } = await esbuild.build({
    entryPoints,
    absWorkingDir: `${__dirname}/..`,
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    outdir: 'unused',
    loader: { '.css': 'text' },
    alias: { 'punycode.js': `${__dirname}/../src/view/markdown/hosts.ts` },
  });
  return Object.keys(metafile.inputs);
}

it('names every package that is bundled, with its version and its licence, beside the bundles', async () => {
  const inputs = await bundled(['src/viewer.ts', 'src/widget-inline.ts', 'src/lab.ts']);
  const folders = [...inputs, 'node_modules/katex/katex.js'].flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [],
  );
  expect(folders.length).toBeGreaterThan(8);
  const text = readFileSync(`${STATIC}/THIRD_PARTY_NOTICES.txt`, 'utf8');
  const { packages } = JSON.parse(readFileSync(REPORT, 'utf8'));
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    expect(text).toContain(`${name} ${version} (${license})`);
    const told = { name, versionInfo: version, licenseId: license };
    expect(packages).toContainEqual({ ...told, extractedText: expect.stringMatching(/\w/) });
  }
  for (const words of ['Copyright (c) 2013-2020 Khan Academy', 'SIL OPEN FONT LICENSE']) {
    expect(text).toContain(words);
  }
});

it('refuses to bundle what has no licence', () => {
  const folder = `${mkdtempSync(`${tmpdir()}/nbps-`)}/node_modules/bare`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{"name": "bare", "version": "1.0.0"}');
  expect(() => packagesIn([`${folder}/index.js`])).toThrow('bare is bundled and has no licence');
  writeFileSync(`${folder}/LICENSE.md`, 'Do what you like.');
  expect(packagesIn([`${folder}/index.js`])).toMatchObject([
    { extractedText: 'Do what you like.' },
  ]);
});
