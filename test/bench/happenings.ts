/** Single things that happen while a load runs behind them, each timed by a clock of this process. */
import { publishPacket, RawMqtt } from '../kit/mqtt-raw.ts';
import { until } from '../kit/product.ts';
import { LiveView } from '../kit/socket.ts';
import { quantile, shown } from './figures.ts';
import type { Generator, Sent } from './load.ts';
import { less } from './row.ts';
import { loads } from './shapes.ts';
import { registerAgents, registerDevices, type Stand } from './stand.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An agent of its own with covers of which nothing was said yet. */
export class Covers {
  private constructor(
    readonly wire: RawMqtt,
    readonly ids: string[],
  ) {}

  static async of(stand: Stand, count: number): Promise<Covers> {
    const { admin, cloud } = stand;
    const ids = Array.from({ length: count }, (_, n) => `cover-${n}`);
    const [password] = (await registerAgents(admin, ['gw-covers'])) as [string];
    await registerDevices(
      admin,
      ids.map((id) => ({ id, agent: 'gw-covers' })),
    );
    return new Covers(await RawMqtt.enter(cloud.mqtt, { clientId: 'gw-covers', username: 'gw-covers', password }), ids);
  }

  /** Its bytes are with the kernel when it returns. */
  say(id: string, what: 'event' | 'telemetry', payload: object): void {
    this.wire.send(publishPacket(`gw/v1/gw-covers/${id}/${what}`, JSON.stringify(payload)));
  }

  tilts(id: string, n: number): void {
    this.say(id, 'event', { id: `tilt-${id}-${n}`, ts: Date.now(), kind: 'tilt', data: { tilt_deg: 22.4 } });
  }

  close(): void {
    this.wire.cut();
  }
}

/** Readings at an even rate behind what is timed; resolves when they flow. */
export async function loadBehind(stand: Stand): Promise<Generator> {
  const before = (await stand.counts()).accepted;
  const generator = stand.load(loads.behind);
  await until('the load is on', async () => (await stand.counts()).accepted > before + loads.behind.rate);
  return generator;
}

/** What stands beside a time that was taken with that load behind it. */
export const besideLoad = { 'PUBACK of that load, p50': less('ms'), 'PUBACK of that load, p99': less('ms') };
export const ofLoad = ({ p50, p99 }: Sent): Record<keyof typeof besideLoad, number> => ({ 'PUBACK of that load, p50': p50, 'PUBACK of that load, p99': p99 });

export const p50p99 = (times: readonly number[]) => ({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) });

export async function endOf(generator: Generator): Promise<Sent> {
  generator.stop();
  return generator.done;
}

/** Milliseconds from each tilt's publish to its delta at a socket client; one tilt each `everyMs`, of another cover each. */
export async function tiltsToScreen(stand: Stand, count: number, everyMs: number): Promise<number[]> {
  const covers = await Covers.of(stand, count);
  const live = await new LiveView(stand.admin).ready();
  try {
    const published = new Map<string, number>();
    const times: number[] = [];
    live.socket.on('delta', ({ alerts = [] }) => {
      const now = performance.now();
      for (const { device } of alerts) {
        const from = published.get(device);
        if (from === undefined) continue;
        times.push(now - from);
        published.delete(device);
      }
    });
    for (const id of covers.ids) {
      published.set(id, performance.now());
      covers.tilts(id, 1);
      await pause(everyMs);
    }
    await until('every tilt has come to the client', () => times.length === count, 20_000);
    return times;
  } finally {
    live.close();
    covers.close();
  }
}

/** What the product itself says of each hop, where it does. */
export async function hopsOf(stand: Stand): Promise<string[]> {
  const { hops } = (await stand.admin.get('/health')) as { hops?: Record<string, { p50: number | null; p99: number | null }> };
  if (!hops) return [];
  const parts = Object.entries(hops).flatMap(([name, { p50, p99 }]) => (p50 === null || p99 === null ? [] : [`${name} ${shown(p50)} / ${shown(p99)}`]));
  return [`its own hops, p50 / p99 ms: ${parts.join(', ')}`];
}
