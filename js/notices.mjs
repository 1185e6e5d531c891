// The licences of others' packages that are in the bundles: whoever passes them on passes these on.
import { readdirSync, readFileSync } from 'node:fs';

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE = /^(?:licen[cs]e|copying|notice)/i;
/** KaTeX's package has the licence of its code alone; each font says its own in its metadata. */
const FONTS = 'licenses/katex-fonts.txt';

/**
 * The packages of a build's inputs, in the form of JupyterLab's report of licences. `inputs` are
 * paths as esbuild's metafile has them, below the folder of this file.
 */
export function packagesIn(inputs) {
  const here = (path) => new URL(path, import.meta.url);
  const folders = new Set(inputs.map((input) => PACKAGE.exec(input)?.[0]).filter(Boolean));
  const found = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(here(`${folder}/package.json`), 'utf8'),
    );
    const files = readdirSync(here(folder)).filter((file) => LICENCE.test(file));
    if (files.length === 0) throw new Error(`${name} is bundled and has no licence's text`);
    const texts = files.map((file) => readFileSync(here(`${folder}/${file}`), 'utf8').trim());
    return entry(name, version, license, texts.join('\n\n'));
  });
  if (inputs.some((input) => input.endsWith('.woff2'))) {
    const { versionInfo } = found.find(({ name }) => name === 'katex');
    found.push(
      entry('KaTeX fonts', versionInfo, 'OFL-1.1', readFileSync(here(FONTS), 'utf8').trim()),
    );
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function entry(name, versionInfo, licenseId, extractedText) {
  return { name, versionInfo, licenseId, extractedText };
}

/** The same for people. */
export function asText(packages) {
  const parts = packages.map(
    ({ name, versionInfo, licenseId, extractedText }) =>
      `${name} ${versionInfo} (${licenseId})\n\n${extractedText}\n`,
  );
  const head = 'The front end of nb_persistent_stream contains these works of others.\n';
  return [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}
