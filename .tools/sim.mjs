// `npm run sim`: builds if needed, then becomes the program: one process, so that a signal reaches it.
import { build } from './build.mjs';
import { descent } from './descent.mjs';

const from = descent();
await build();
// Who started this may have been killed during the build; then nothing is started.
if (process.env.npm_lifecycle_event && descent() !== from) process.exit(0);
await import('../dist/simulators/sim.js');
