/** The whole path in the product as it runs: published, on disk, acknowledged, decoded, judged by all rules, stored; with InfluxDB and with the embedded store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Influxd } from '../kit/influxd.ts';
import { Cloud, type Person, publish, until } from '../kit/product.ts';
import { LiveView } from '../kit/socket.ts';

export interface Load {
  connections: number;
  window: number;
  seconds: number;
  rate?: number;
}
interface Sent {
  acked: number;
  rate: number;
  p50: number;
  p99: number;
}

async function generate(load: Load & { port: number; tokens: string[] }): Promise<Sent> {
  const generator = spawn(process.execPath, [fileURLToPath(new URL('./generator.mjs', import.meta.url)), JSON.stringify(load)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let line = '';
  generator.stdout.on('data', (bytes) => {
    line += bytes;
  });
  const [code] = await once(generator, 'close');
  if (code !== 0) throw new Error(`the generator ended with ${code}`);
  return JSON.parse(line);
}

async function furnish(cloud: Cloud, agents: number): Promise<{ admin: Person; tokens: string[] }> {
  const admin = await cloud.signIn();
  const tokens: string[] = [];
  for (let i = 0; i < agents; i++) tokens.push((await admin.post('/api/agents', { id: `bench-${i}`, name: 'bench', role: 'agent' })).token);
  await admin.post(
    '/api/devices',
    tokens.map((_, i) => ({ id: `dev-${i}`, kind: 'manhole-cover', agent: `bench-${i}`, lifecycle: 'in service' })),
  );
  return { admin, tokens };
}

const rssMb = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

export interface Whole {
  /** Messages a second from the first publish until the last is stored. */
  stored: number;
  acknowledged: number;
  p50: number;
  p99: number;
  rssMb: number;
  lost: number;
}

/** One run. Lossless is proven by the store's own count, not by ours. */
export async function wholePath(store: 'InfluxDB' | 'embedded', load: Load): Promise<Whole> {
  const influxd = store === 'InfluxDB' ? await new Influxd().start() : null;
  const cloud = new Cloud(influxd ? { GW_INFLUX_URL: influxd.url, GW_INFLUX_DATABASE: 'bench' } : {});
  try {
    await cloud.start();
    const { admin, tokens } = await furnish(cloud, load.connections);
    const began = performance.now();
    const sent = await generate({ ...load, port: cloud.mqtt, tokens });
    const stages = await until(
      'all is stored',
      async () => {
        const { stages } = await admin.get('/health');
        return stages.telemetry.accepted + stages.telemetry.parked >= sent.acked && stages;
      },
      120_000,
    );
    const took = (performance.now() - began) / 1000;
    const rss = rssMb(cloud.pid);
    const counted = influxd
      ? Number((await influxd.ask('select count(tilt_deg) from "manhole-cover"', 'bench'))?.values[0]?.[1])
      : (
          await Promise.all(
            tokens.map(async (_, i) =>
              (
                await admin.get(`/api/devices/dev-${i}/telemetry?metric=tilt_deg&from=1763900000000&to=1764000000000&every=1d`)
              ).series[0].count.reduce((a: number, b: number) => a + b, 0),
            ),
          )
        ).reduce((a, b) => a + b, 0);
    if (stages.ingest.accepted < sent.acked) throw new Error(`acknowledged ${sent.acked}, judged ${stages.ingest.accepted}`);
    return { stored: sent.acked / took, acknowledged: sent.rate, p50: sent.p50, p99: sent.p99, rssMb: rss, lost: sent.acked - counted };
  } finally {
    await cloud.remove();
    await influxd?.close();
  }
}

/** From an event's publish to its delta at a socket client, with `rate` readings a second behind it; milliseconds. */
export async function toScreen(rate: number, events: number): Promise<{ p50: number; p99: number; puback50: number; puback99: number }> {
  const cloud = new Cloud();
  try {
    await cloud.start();
    const { admin, tokens } = await furnish(cloud, 100);
    const { token } = await admin.post('/api/agents', { id: 'gw-posts', name: 'posts', role: 'agent' });
    await admin.post(
      '/api/devices',
      Array.from({ length: events }, (_, i) => ({ id: `post-${i}`, kind: 'alarm-post', agent: 'gw-posts', lifecycle: 'in service' })),
    );
    const live = await new LiveView(admin).ready();
    const posts = await cloud.connect('gw-posts', token);
    const background = generate({ connections: 100, window: 50, seconds: 4 + events * 0.05, rate, port: cloud.mqtt, tokens });
    const seen = new Map<string, number>();
    live.socket.on('delta', ({ alerts = [] }) => {
      for (const { device, state } of alerts) if (state === 'firing' && !seen.has(device)) seen.set(device, performance.now());
    });
    await until('the load is on', async () => (await admin.get('/health')).stages.gate.accepted > rate);
    const times: number[] = [];
    for (let i = 0; i < events; i++) {
      const from = performance.now();
      await publish(posts, `gw/v1/gw-posts/post-${i}/event`, { id: `bench-event-${i}`, ts: Date.now(), kind: 'tamper' });
      const at = await until('its delta', () => seen.get(`post-${i}`), 10_000);
      times.push(at - from);
    }
    const sent = await background;
    posts.end(true);
    live.close();
    const sorted = times.sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
    return { p50: at(0.5), p99: at(0.99), puback50: sent.p50, puback99: sent.p99 };
  } finally {
    await cloud.remove();
  }
}
