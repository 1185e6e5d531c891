/** The viewer's chunks by name: paths from beside it, with content hashes; filled in by the build. */
declare const CHUNK_FILES: Readonly<Record<string, string>>;

/**
 * The URL of a file that lies beside the viewer. Fails where nothing does: a viewer that came from
 * a kernel is a blob.
 */
export function chunkUrl(name: string): string {
  const file = CHUNK_FILES[name];
  if (!file) throw new Error(`this viewer has no ${name}`);
  return new URL(file, import.meta.url).href;
}

/** A module of the viewer that few bodies need. */
export async function loadChunk<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ chunkUrl(name));
}
