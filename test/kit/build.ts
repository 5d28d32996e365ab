import { build } from '../../.tools/build.mjs';

/** The tests run what a user runs: the built programs. A build that fails, fails them all. */
export default async () => {
  await build();
};
