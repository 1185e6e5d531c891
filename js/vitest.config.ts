import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { VIEWER_FILE: '"viewer-test.js"', CHUNK_FILES: '{}' },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: 'tests/setup.ts',
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
