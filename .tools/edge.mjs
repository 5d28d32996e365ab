// `npm run edge`: builds if needed, then becomes the program: one process, so that a signal reaches it.
import { build } from './build.mjs';

await build();
await import('../dist/edge/main.js');
