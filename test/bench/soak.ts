/**
 * `npm run soak`: the product under an even load with people at work and pages open, for half an hour (`-- --minutes 5`, `--rate 2000`, `--store InfluxDB`).
 * Memory, open handles, files and the event loop are looked at every ten seconds; what grows ends it with 1, and so does a lost reading.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Crowd } from './crowd.ts';
import { median, shown, slopeOf } from './figures.ts';
import { pause } from './happenings.ts';
import { rssMb } from './proc.ts';
import { machine } from './report.ts';
import { devicesOf, Stand, type Store } from './stand.ts';

const { values: asked } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string', default: '5000' }, store: { type: 'string', default: 'embedded' } },
});
const seconds = 60 * Number(asked.minutes);
const rate = Number(asked.rate);
const agents = 100;
const everyMs = 10_000;
/** Until caches, young generations and the write-ahead logs have the size that they keep, as a part of the run. */
const warm = 1 / 4;

/** What is looked at, and by how much it may grow from the first fifth after warming up to the last. */
const looks = {
  'memory of the cloud, MB': { most: (first: number) => first * 0.1 + 10 },
  'open handles': { most: () => 10 },
  'journal, MB': { most: (first: number) => first * 0.2 + 20 },
  'rules, alerts and their events, MB': { most: (first: number) => first * 0.2 + 20 },
  'register and cases, MB': { most: (first: number) => first * 0.5 + 20 },
  'telemetry, B a reading': { most: () => 3 },
  'event loop, p99 ms': { most: () => 50 },
  'telemetry behind, ms': { most: () => 500 },
  'from the disk to the sockets, p99 ms': { most: () => 100 },
} as const;
type Look = keyof typeof looks;
type Sample = { at: number } & Record<Look, number>;

const stand = await Stand.open({ store: asked.store as Store, agents });
const folder = join(stand.cloud.folder, 'data');
const samples: Sample[] = [];
let failed = false;
try {
  const crowd = await Crowd.come(stand, { people: 50, pages: 100, thinkMs: 5000 });
  const before = await stand.counts();
  const load = stand.load({ connections: agents, window: 100, rate, seconds });
  await crowd.begin();
  const began = performance.now();
  let over = false;
  const done = load.done.finally(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([pause(everyMs), done]);
    if (!over) samples.push(await look((performance.now() - began) / 1000));
  }
  const sent = await done;
  const { acts, pages } = await crowd.leave();
  await stand.stored(before.stored + sent.acked, began);
  const lost = sent.acked - (await stand.counted(devicesOf(agents)));
  await crowd.close();
  failed = report() || lost !== 0 || acts.failed > 0;
  console.log(
    `\n${shown(sent.acked)} readings at ${shown(sent.rate)} a second, lost ${lost}, PUBACK p50 ${shown(sent.p50)} ms, p99 ${shown(sent.p99)} ms; ${acts.done} acts, ${acts.failed} failed, p99 ${shown(acts.p99)} ms; ${pages.open} pages, ${shown(pages.deltas)} deltas.`,
  );
  mkdirSync('artefacts', { recursive: true });
  writeFileSync('artefacts/soak.json', JSON.stringify({ at: new Date().toISOString(), machine: machine().text, seconds, rate, lost, sent, acts, samples }, null, 2));
  console.log(`artefacts/soak.json holds every look. ${failed ? 'Something grows, fails or is lost.' : 'Nothing grows, nothing is lost.'}`);
} finally {
  await stand.close();
}
process.exit(failed ? 1 : 0);

async function look(at: number): Promise<Sample> {
  const { pid } = stand.cloud;
  const [{ stages, hops }, metrics] = await Promise.all([stand.admin.get('/health'), stand.admin.get<string>('/metrics')]);
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);
  const sample: Sample = {
    at,
    'memory of the cloud, MB': rssMb(pid),
    'open handles': readdirSync(`/proc/${pid}/fd`).length,
    'journal, MB': megabytes('journal.db'),
    'rules, alerts and their events, MB': megabytes('rules.db'),
    'register and cases, MB': megabytes('desk.db'),
    'telemetry, B a reading': (1e6 * megabytes('telemetry.db')) / Math.max(1, stages.telemetry.accepted),
    'event loop, p99 ms': 1000 * metric('nodejs_eventloop_lag_p99_seconds'),
    'telemetry behind, ms': stages.telemetry.lagMs ?? 0,
    'from the disk to the sockets, p99 ms': hops.socket.p99 ?? 0,
  };
  console.error(
    `${Math.round(at)} s: ${Object.entries(sample)
      .slice(1)
      .map(([name, value]) => `${name} ${shown(value)}`)
      .join(' · ')}`,
  );
  return sample;
}

/** A database with its write-ahead log. */
function megabytes(name: string): number {
  return readdirSync(folder).reduce((sum, file) => (file.startsWith(name) ? sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0) : sum), 0) / 1e6;
}

/** Prints the table. true: something grows. */
function report(): boolean {
  const settled = samples.filter(({ at }) => at >= seconds * warm);
  const fifth = Math.max(1, Math.floor(settled.length / 5));
  let grows = false;
  console.log(`\n${machine().text}\n\n| looked at | first | last | slope an hour | may grow by | |\n|---|---|---|---|---|---|`);
  for (const [name, { most }] of Object.entries(looks) as [Look, { most(first: number): number }][]) {
    const first = median(settled.slice(0, fifth).map((sample) => sample[name]));
    const last = median(settled.slice(-fifth).map((sample) => sample[name]));
    const allowed = most(first);
    const bad = last - first > allowed;
    grows ||= bad;
    console.log(
      `| ${name} | ${shown(first)} | ${shown(last)} | ${shown(3600 * slopeOf(settled.map((sample) => [sample.at, sample[name]])))} | ${shown(allowed)} | ${bad ? 'GROWS' : 'level'} |`,
    );
  }
  return grows;
}
