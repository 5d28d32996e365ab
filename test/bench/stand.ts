/** The product as it runs, furnished for a load: a cloud, its store, agents with devices in service. */
import { Influxd } from '../kit/influxd.ts';
import { Cloud, type Person, until } from '../kit/product.ts';
import { Generator, type Load, type Sent } from './load.ts';

export type Store = 'InfluxDB' | 'embedded';

export interface Furniture {
  store?: Store;
  /** bench-0 …, each with its devices dev-{agent}-0 … */
  agents: number;
  devicesEach?: number;
}

const database = 'bench';
/** Where the devices' clocks begin, and how much of their time a load may take, ms. */
const loadMs = 2 * 86_400_000;
const longAgo = Date.now() - 15 * loadMs;
/** Requests on their way at a time, where many are made. */
const atOnce = 16;
/** Devices registered by one request. */
const registeredAtOnce = 1000;

/** Each in turn, some at a time; what it gives, in order. */
export async function each<T, R>(all: readonly T[], work: (one: T, i: number) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(all.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < all.length; i = next++) results[i] = await work(all[i] as T, i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** Agents of these ids; their tokens. */
export const registerAgents = (admin: Person, ids: readonly string[]): Promise<string[]> =>
  each(ids, async (id) => (await admin.post('/api/agents', { id, name: 'bench', role: 'agent' })).token);

/** Manhole covers in service, unless told otherwise. */
export async function registerDevices(admin: Person, devices: readonly { id: string; agent?: string; kind?: string }[]): Promise<void> {
  for (let i = 0; i < devices.length; i += registeredAtOnce)
    await admin.post(
      '/api/devices',
      devices.slice(i, i + registeredAtOnce).map((device) => ({ kind: 'manhole-cover', lifecycle: 'in service', ...device })),
    );
}

/** What the path counts of readings: come in, judged, and safe in the store. */
export interface Counts {
  accepted: number;
  judged: number;
  stored: number;
  lagMs: number;
}

export class Stand {
  readonly influxd: Influxd | null;
  readonly cloud: Cloud;
  admin!: Person;
  tokens: string[] = [];
  #loads = 0;

  private constructor(readonly store: Store) {
    this.influxd = store === 'InfluxDB' ? new Influxd() : null;
    this.cloud = new Cloud();
  }

  static async open({ store = 'embedded', agents, devicesEach = 1 }: Furniture): Promise<Stand> {
    const stand = new Stand(store);
    try {
      await stand.influxd?.start();
      Object.assign(stand.cloud.env, stand.influxd ? { GW_INFLUX_URL: stand.influxd.url, GW_INFLUX_DATABASE: database } : {});
      await stand.cloud.start();
      stand.admin = await stand.cloud.signIn();
      const ids = Array.from({ length: agents }, (_, i) => i);
      stand.tokens = await registerAgents(
        stand.admin,
        ids.map((i) => `bench-${i}`),
      );
      await registerDevices(
        stand.admin,
        ids.flatMap((i) => Array.from({ length: devicesEach }, (_, k) => ({ id: `dev-${i}-${k}`, agent: `bench-${i}` }))),
      );
      return stand;
    } catch (thrown) {
      await stand.close();
      throw thrown;
    }
  }

  /** Each load is a new boot of its agents, with times that none before it had. */
  load(load: Load): Generator {
    const n = this.#loads++;
    return new Generator({ port: this.cloud.mqtt, tokens: this.tokens }, { boot: n + 1, from: longAgo + n * loadMs, ...load });
  }

  async counts(): Promise<Counts> {
    const { gate, ingest, telemetry } = (await this.admin.get('/health')).stages;
    return { accepted: gate.accepted, judged: ingest.in, stored: telemetry.accepted + telemetry.repeats + telemetry.parked, lagMs: telemetry.lagMs };
  }

  /** Resolves when so many readings are in the store, with the seconds since `began` (performance.now()). */
  async stored(readings: number, began: number): Promise<number> {
    await until('all is stored', async () => (await this.counts()).stored >= readings, 180_000);
    return (performance.now() - began) / 1000;
  }

  /** How many readings the store holds, by its own count. */
  async counted(devices: readonly string[]): Promise<number> {
    const field = 'tilt_deg';
    if (this.influxd) return Number((await this.influxd.ask(`select count(${field}) from "manhole-cover"`, database))?.values[0]?.[1] ?? 0);
    const parts = await each(devices, async (id) => {
      const { series } = await this.admin.get(`/api/devices/${id}/telemetry?metric=${field}&from=0&to=${Date.now() + 86_400_000}&every=1d`);
      return (series[0].count as number[]).reduce((a, b) => a + b, 0);
    });
    return parts.reduce((a, b) => a + b, 0);
  }

  async close(): Promise<void> {
    await this.cloud.remove();
    await this.influxd?.close();
  }
}

/** The ids of a stand's devices. */
export const devicesOf = (agents: number, each = 1): string[] => Array.from({ length: agents * each }, (_, n) => `dev-${Math.floor(n / each)}-${n % each}`);

/** What was sent, all of it stored, and none of it lost by the store's own count. */
export interface Kept {
  sent: Sent;
  /** Readings a second from the first publish until the last is stored. */
  storedRate: number;
  lost: number;
}

/** A load from its beginning until the last of it is stored. */
export async function keep(stand: Stand, load: Load): Promise<Kept> {
  const { connections, devicesEach = 1, shape } = load;
  const perMessage = shape === 'batch' ? devicesEach : 1;
  const before = (await stand.counts()).stored;
  const held = await stand.counted(devicesOf(connections, devicesEach));
  const began = performance.now();
  const sent = await stand.load(load).done;
  const took = await stand.stored(before + sent.acked * perMessage, began);
  const counted = (await stand.counted(devicesOf(connections, devicesEach))) - held;
  return { sent, storedRate: (sent.acked * perMessage) / took, lost: sent.acked * perMessage - counted };
}
