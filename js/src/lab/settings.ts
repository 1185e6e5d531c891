import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** Reads the setting as it is now; true where there are no settings, and until they are loaded. */
export function saveOnStream(registry: ISettingRegistry | null, plugin: string): () => boolean {
  let settings: ISettingRegistry.ISettings | null = null;
  const onLoaded = (loaded: ISettingRegistry.ISettings) => {
    settings = loaded;
  };
  // A schema that is not found is no reason not to keep a notebook's streams.
  registry?.load(plugin).then(onLoaded, (error) => console.warn(`${plugin}:`, error));
  return () => settings?.composite.saveOnStream !== false;
}
