import { defineConfig } from 'vitest/config';

/** `unit` mirrors the sources and holds the contract suites; `path` starts real processes and browsers; `house` reads the tree itself. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/{devices,edge,cloud,simulators,contracts}/**/*.test.ts'], globalSetup: ['test/kit/build.ts'], testTimeout: 20_000 } },
      { test: { name: 'path', include: ['test/path/**/*.test.ts'], globalSetup: ['test/kit/build.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false } },
      { test: { name: 'house', include: ['test/house/**/*.test.ts'] } },
    ],
  },
});
