import { build } from 'esbuild';

await build({ entryPoints: ['test/bench/ingest-rate.ts'], outfile: 'test/bench/.ingest-rate.mjs', format: 'esm', platform: 'node', bundle: true, packages: 'external' });
const { measure } = await import('./.ingest-rate.mjs');
const [who, connections, window, seconds, young, rate] = process.argv.slice(2);
const m = await measure(who, { connections: +connections, window: +window, seconds: +seconds, ...(rate ? { rate: +rate } : {}) }, +young);
console.log(
  `${who} c=${connections} w=${window} young=${young} rate=${Math.round(m.rate)} p50=${m.p50.toFixed(2)} p99=${m.p99.toFixed(2)} cpu=${m.cpuUs.toFixed(2)} gen=${m.generatorUs.toFixed(2)} rss=${m.rssMb.toFixed(0)} busy=${JSON.stringify(m.busy)}`,
);
