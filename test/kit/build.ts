import { build } from '../../.tools/build.mjs';

/** The tests run what a user runs: the built programs. */
export default async () => {
  await build().catch((error: Error) => console.error(error.message));
};
