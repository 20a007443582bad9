import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Real processes on few cores: more files at once only make each of them slower.
    maxWorkers: 2,
  },
});
