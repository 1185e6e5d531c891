import { diff } from '@codemirror/legacy-modes/mode/diff';
import { python } from '@codemirror/legacy-modes/mode/python';
import type { StreamParser } from '@codemirror/streamparser';
import { loadChunk } from './chunks';
import rare from './languages.json';

/* The ones that notebooks see most; the others are loaded when first seen. */

// Each language has a state of its own kind, which only it looks into.
export type Language = StreamParser<unknown>;

const known = new Map<string, Language | null>(
  Object.entries({
    ...{ python, py: python, python3: python, ipython: python, ipython3: python, pycon: python },
    ...{ diff, patch: diff },
  }) as [string, Language][],
);
const loading = new Map<string, Promise<Language | null>>();

/** A language by the name in a fence's info; undefined when it is not there yet, null when never. */
export function languageNow(name: string): Language | null | undefined {
  const lower = name.toLowerCase();
  return known.has(lower) ? known.get(lower) : lower in rareOnes ? undefined : null;
}

const rareOnes: Readonly<Record<string, string>> = Object.assign(Object.create(null), rare);

/** Loads a rare language; null where it can't be had. It is asked for once. */
export function loadLanguage(name: string): Promise<Language | null> {
  const lower = name.toLowerCase();
  const place = rareOnes[lower];
  if (place === undefined) return Promise.resolve(null);
  let promise = loading.get(place);
  if (!promise) {
    promise = load(place);
    loading.set(place, promise);
  }
  return promise.then((language) => {
    known.set(lower, language);
    return language;
  });
}

async function load(place: string): Promise<Language | null> {
  const [chunk = '', name = ''] = place.split('/');
  try {
    const module = await loadChunk<Record<string, Language>>(chunk);
    return module[name] ?? null;
  } catch {
    return null;
  }
}
