/** `npm run bench`: one table; each row ours, the peer or the limit from the same run, and the ratio. Medians; loopback alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { measure } from './ingest-rate.ts';
import { toScreen, type Whole, wholePath } from './whole-path.ts';

const rounds = 3;
const load = { connections: 100, window: 30, seconds: 10 };
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const whole = (value: number) => Math.round(value).toLocaleString('en-US');

interface Line {
  figure: string;
  ours: string;
  beside: string;
  ratio: string;
}
const lines: Line[] = [];
const raw: Record<string, unknown> = {};

const bare: number[] = [];
const stored: Record<string, Whole[]> = { InfluxDB: [], embedded: [] };
for (let round = 0; round < rounds; round++) {
  bare.push((await measure('bare Aedes', load)).rate);
  for (const store of ['InfluxDB', 'embedded'] as const) {
    const run = await wholePath(store, load);
    (stored[store] as Whole[]).push(run);
    console.error(`round ${round + 1}: ${store} ${whole(run.stored)} msg/s stored, lost ${run.lost}; bare Aedes ${whole(bare.at(-1) as number)} msg/s`);
  }
}
raw.bareAedes = bare;
raw.wholePath = stored;
for (const [store, runs] of Object.entries(stored)) {
  const ours = median(runs.map((run) => run.stored));
  const lost = runs.reduce((sum, run) => sum + run.lost, 0);
  lines.push({
    figure: `whole path, ${store}: QoS 1, on disk before PUBACK, all rules, stored`,
    ours: `${whole(ours)} msg/s of 5 values, lost ${lost}, PUBACK p50 ${median(runs.map(({ p50 }) => p50)).toFixed(1)} ms, RSS ${whole(median(runs.map(({ rssMb }) => rssMb)))} MB`,
    beside: `bare Aedes, same generator: ${whole(median(bare))} msg/s`,
    ratio: (ours / median(bare)).toFixed(2),
  });
}

const screen: Awaited<ReturnType<typeof toScreen>>[] = [];
for (let round = 0; round < rounds; round++) screen.push(await toScreen(2000, 100));
raw.toScreen = screen;
const p50 = median(screen.map((one) => one.p50));
const puback = median(screen.map((one) => one.puback50));
lines.push({
  figure: 'event published → delta at a socket client, 2,000 msg/s behind it',
  ours: `p50 ${p50.toFixed(1)} ms, p99 ${median(screen.map((one) => one.p99)).toFixed(1)} ms`,
  beside: `PUBACK of the load in the same run: p50 ${puback.toFixed(1)} ms, p99 ${median(screen.map((one) => one.puback99)).toFixed(1)} ms`,
  ratio: (p50 / puback).toFixed(1),
});

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; medians of ${rounds}`;
console.log(`\n${machine}\n`);
console.log('| figure | ours | beside it, same run | ratio |\n|---|---|---|---|');
for (const { figure, ours, beside, ratio } of lines) console.log(`| ${figure} | ${ours} | ${beside} | ${ratio} |`);
mkdirSync('artefacts', { recursive: true });
writeFileSync('artefacts/bench.json', JSON.stringify({ at: new Date().toISOString(), machine, lines, raw }, null, 2));
console.log('\nartefacts/bench.json holds every run.');
