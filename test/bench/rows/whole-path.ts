/** The whole path in the product as it runs: published, on disk, acknowledged, decoded, judged by all rules, stored, by the store's own count. */
import { median } from '../figures.ts';
import { type Borne, bareAedes, bear, mosquitto, mosquittoProgram } from '../peers.ts';
import { cpuSeconds } from '../proc.ts';
import { atLeast, atMost, less, more, type RunOptions, row, told } from '../row.ts';
import { loads } from '../shapes.ts';
import { devicesOf, keep, Stand } from '../stand.ts';
import { Watch } from '../watch.ts';

/** Of the rate that was acknowledged and stored without a pause, what is then held: the first that lets no queue grow. */
const sharesHeld = [0.95, 0.85, 0.75, 0.6];
const burst = 10;
/** A queue that holds more than so many seconds of the rate is growing, whatever its slope. */
const mostQueued_s = 2;
/** Readings a second, as a share of the rate, by which a queue may seem to grow. */
const levelShare = 0.005;

/** One attempt to hold a rate: ends early when a queue grows. */
async function hold(stand: Stand, rate: number, seconds: number) {
  const { influxd, cloud } = stand;
  const before = (await stand.counts()).stored;
  const held = await stand.counted(devicesOf(loads.several.connections));
  const watch = await Watch.begin(stand);
  const cpu = () => ({ cloud: cpuSeconds(cloud.pid), influxd: influxd ? cpuSeconds(influxd.pid) : 0 });
  const [from, began] = [cpu(), performance.now()];
  const generator = stand.load({ ...loads.several, window: 100, rate, burst, seconds });
  let grew = false;
  const look = setInterval(() => {
    if ((watch.last?.unstored ?? 0) <= mostQueued_s * rate) return;
    grew = true;
    generator.stop();
  }, 1000);
  try {
    const sent = await generator.done;
    const trend = await watch.end();
    const took = await stand.stored(before + sent.acked, began);
    const to = cpu();
    const lost = sent.acked - ((await stand.counted(devicesOf(loads.several.connections))) - held);
    const us = (of: 'cloud' | 'influxd') => ((to[of] - from[of]) / sent.acked) * 1e6;
    return { rate, level: !grew && trend.queueSlope <= levelShare * rate, stored: sent.acked / took, lost, sent, trend, cloudUs: us('cloud'), influxdUs: us('influxd') };
  } finally {
    clearInterval(look);
  }
}

export const wholePathInflux = row({
  id: 'whole-path',
  figure:
    'lossless ingest, whole path: QoS 1, on disk before PUBACK, decoded, all rules, stored in a real InfluxDB; 60 s at a rate that lets no queue grow; 100 connections, 10 readings a socket write',
  ours: {
    held: atLeast(70_000, 'msg/s of 5 values'),
    'of bare Aedes': atLeast(0.6, '×'),
    lost: atMost(0, ''),
    'queue grows by': told('msg/s'),
    'queue at most': less('msg'),
    'without a pause': more('msg/s stored'),
    'PUBACK p50': less('ms'),
    'PUBACK p99': less('ms'),
    RSS: less('MB'),
    cloud: less('µs CPU/msg'),
    influxd: less('µs CPU/msg'),
    generator: less('µs CPU/msg'),
  },
  beside: { 'bare Aedes': more('msg/s'), 'bare Aedes itself': less('µs CPU/msg'), 'Mosquitto, persistence on': more('msg/s') },
  ratio: ['held', 'bare Aedes'],
  said: ['Node-RED flow: comes with issue 5', 'ThingsBoard documents 5,000 msg/s of 3 values on 2 vCPU'],
  rounds: 1,
  seconds: 170,
  async run({ size, say }: RunOptions) {
    const peers: { aedes: Borne[]; mosquitto: Borne[] } = { aedes: [], mosquitto: [] };
    const askPeers = async () => {
      const load = { ...loads.several, seconds: size(7, 1) };
      peers.aedes.push(await bear(bareAedes, load));
      if (mosquittoProgram) peers.mosquitto.push(await bear(mosquitto, load));
    };
    await askPeers();
    const stand = await Stand.open({ store: 'InfluxDB', agents: loads.several.connections });
    try {
      const free = await keep(stand, { ...loads.several, seconds: size(15, 2) });
      say(`without a pause ${Math.round(free.storedRate)} msg/s stored, ${Math.round(free.sent.rate)} acknowledged, lost ${free.lost}`);
      await askPeers();
      const attempts: Awaited<ReturnType<typeof hold>>[] = [];
      for (const share of sharesHeld) {
        const attempt = await hold(stand, free.storedRate * share, size(60, 8));
        attempts.push(attempt);
        say(`held ${Math.round(attempt.stored)} msg/s (${share}): ${attempt.level ? 'level' : 'a queue grew'}, lost ${attempt.lost}`);
        if (attempt.level) break;
      }
      await askPeers();
      const { level, stored, lost, sent, trend, cloudUs, influxdUs } = attempts.at(-1) as (typeof attempts)[number];
      const aedes = median(peers.aedes.map(({ rate }) => rate));
      return {
        ours: {
          held: level ? stored : 0,
          'of bare Aedes': level ? stored / aedes : 0,
          lost: lost + free.lost,
          'queue grows by': trend.queueSlope,
          'queue at most': trend.queueMost,
          'without a pause': free.storedRate,
          'PUBACK p50': sent.p50,
          'PUBACK p99': sent.p99,
          RSS: trend.rssMb,
          cloud: cloudUs,
          influxd: influxdUs,
          generator: sent.cpuUs,
        },
        beside: {
          'bare Aedes': aedes,
          'bare Aedes itself': median(peers.aedes.map(({ peerUs }) => peerUs)),
          'Mosquitto, persistence on': mosquittoProgram ? median(peers.mosquitto.map(({ rate }) => rate)) : 'is not installed (apt-get install mosquitto)',
        },
        notes: level ? [] : ['**no rate was held without a queue that grew**'],
        raw: { peers, free, attempts },
      };
    } finally {
      await stand.close();
    }
  },
});

export const wholePathEmbedded = row({
  id: 'embedded',
  figure: 'the same with the embedded store, as fast as it is acknowledged, 10 million readings',
  ours: {
    stored: atLeast(50_000, 'msg/s'),
    'last tenth over first': atLeast(0.9, '×'),
    lost: atMost(0, ''),
    'queue at most': less('msg'),
    'PUBACK p50': less('ms'),
    'PUBACK p99': less('ms'),
    RSS: less('MB'),
  },
  beside: { 'bare Aedes': more('msg/s') },
  ratio: ['stored', 'bare Aedes'],
  rounds: 1,
  seconds: 240,
  async run({ size }: RunOptions) {
    const aedes = () => bear(bareAedes, { ...loads.several, seconds: size(7, 1) });
    const before = await aedes();
    const stand = await Stand.open({ agents: loads.several.connections });
    try {
      const messages = size(10_000_000, 300_000);
      const watch = await Watch.begin(stand);
      const { sent, storedRate, lost } = await keep(stand, { ...loads.several, messages });
      const trend = await watch.end(0);
      const after = await aedes();
      /** Stored a second while this part of all was stored. */
      const rateOf = (from: number, to: number) => {
        const part = trend.samples.filter(({ stored }) => stored >= from * messages && stored <= to * messages);
        const [first, last] = [part[0], part.at(-1)];
        return first && last && last.at > first.at ? (last.stored - first.stored) / (last.at - first.at) : Number.NaN;
      };
      return {
        ours: {
          stored: storedRate,
          'last tenth over first': rateOf(0.9, 1) / rateOf(0, 0.1),
          lost,
          'queue at most': trend.queueMost,
          'PUBACK p50': sent.p50,
          'PUBACK p99': sent.p99,
          RSS: trend.rssMb,
        },
        beside: { 'bare Aedes': median([before.rate, after.rate]) },
        raw: { sent, storedRate, trend, before, after },
      };
    } finally {
      await stand.close();
    }
  },
});
