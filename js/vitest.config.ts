import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { VIEWER_FILE: '"viewer-test.js"', CHUNK_FILES: '{}' },
  test: {
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
