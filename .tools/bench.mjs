// `npm run bench`: builds the product and the benchmarks, and runs them. Their load comes from processes of its own, over loopback alone.
import { buildBench } from './bench-build.mjs';

await buildBench('bench');
await import('../dist/bench/bench.js');
