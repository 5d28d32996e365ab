// `npm run soak`: half an hour of load, people and pages; whether anything grows.
import { buildBench } from './bench-build.mjs';

await buildBench('soak');
await import('../dist/bench/soak.js');
