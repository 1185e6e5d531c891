import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { VIEWER_FILE: '"viewer-test.js"', CHUNK_FILES: '{}' },
  resolve: {
    alias: {
      'punycode.js': fileURLToPath(new URL('src/view/markdown/hosts.ts', import.meta.url)),
    },
  },
  test: {
    // Else Node loads it by itself, and the alias is not seen.
    server: { deps: { inline: ['markdown-it'] } },
    environment: 'jsdom',
    // Files share their workers' page: a jsdom of its own for each takes longer than its tests.
    pool: 'threads',
    isolate: false,
    include: ['tests/**/*.test.ts'],
    setupFiles: 'tests/setup.ts',
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
