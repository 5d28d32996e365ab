import { defineConfig } from 'vitest/config';

/** Of all property tests: fixed, so that what fails fails again; another one makes other runs. */
const seed = process.env.FC_SEED ?? '20261124';
/** How many times the runs of `npm test` the long rounds make. */
const times = process.env.FC_TIMES ?? '20';
console.log(`Property tests run with FC_SEED=${seed}; \`npm run faults\` makes FC_TIMES=${times} times their runs.`);
const env = { FC_SEED: seed };

const built = ['test/kit/build.ts'];
const patient = { testTimeout: 120_000, hookTimeout: 120_000, globalSetup: built, env };
/** The product whole, with its demo district and a browser: one at a time. */
const whole = ['test/path/{demo,page}.test.ts'];

/**
 * One after the other: `unit` mirrors the sources and holds the contract suites, `house` reads the tree itself; `path` starts real processes, two
 * files at a time, for they wait more than they work; `faults` are such stories that take longer, and many more runs of what is fuzzed, by `npm run faults`; `demo`
 * starts the whole product.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/{devices,edge,cloud,simulators,contracts}/**/*.test.ts'], globalSetup: built, env, testTimeout: 20_000 } },
      { test: { name: 'house', include: ['test/house/**/*.test.ts'] } },
      { test: { name: 'path', include: ['test/path/**/*.test.ts'], exclude: whole, ...patient, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts', 'test/**/fuzz.test.ts', 'test/{cloud,devices,edge}/**/{damage,write-ahead-log}.test.ts'],
          ...patient,
          env: { ...env, FC_TIMES: times },
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'demo', include: whole, ...patient, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
