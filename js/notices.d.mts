/** As JupyterLab's report of licences has it. */
export interface Notice {
  name: string;
  versionInfo: string;
  licenseId: string;
  extractedText: string;
}

export function packagesIn(inputs: readonly string[]): Notice[];
export function asText(packages: readonly Notice[]): string;
