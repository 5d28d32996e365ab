/** What covers would have said in the past, of five values each, by the physics of the simulated ones: for stores whose size and speed depend on what is in them. */

import type { StoredReading, TelemetryStore } from '../../cloud/telemetry/telemetry.ts';
import type { Values } from '../../devices/kinds/kinds.ts';
import { manholeCover } from '../../devices/kinds/manhole-cover.ts';
import { cover } from '../../edge/drivers/simulated/cover.ts';
import type { Physics } from '../../edge/drivers/simulated/physics.ts';
import { refine } from '../../edge/refine.ts';

export const metrics = ['tilt_deg', 'water_level_mm', 'battery_v', 'temperature_c', 'rssi_dbm'] as const;
const dayMs = 86_400_000;
/** Readings of one write, as the product gathers them. */
const batchReadings = 20_000;

const nowhere = { recall: () => null, remember: async () => {}, with() {}, below: () => nowhere };

export class PastCover {
  readonly #physics: Physics;
  readonly #day = new Map<number, Values>();

  constructor(seed: number) {
    this.#physics = cover.create({ device: `past-${seed}`, seed, memory: nowhere as never, acting: () => null, endAct() {}, handIn: async () => {} });
  }

  at(ts: number): Values {
    const { values } = refine(manholeCover, this.#physics.values(ts), null);
    return Object.fromEntries(metrics.map((metric) => [metric, values[metric] as number]));
  }

  /** As on the first day that was asked for, at the same time of day: the physics is made for devices that speak each minute, not for millions of readings. */
  daily(ts: number): Values {
    const time = ts % dayMs;
    let values = this.#day.get(time);
    if (!values) {
      values = this.at(ts);
      this.#day.set(time, values);
    }
    return values;
  }
}

export const pastCovers = (count: number): PastCover[] => Array.from({ length: count }, (_, i) => new PastCover(i));

/** Writes the readings of covers, `past-0` …, in the order of time, as they come in: each has its own second of the step. */
export async function fillStore(
  store: TelemetryStore,
  covers: readonly PastCover[],
  from: number,
  to: number,
  stepMs: number,
  passed: (ts: number) => void = () => {},
): Promise<number> {
  let batch: StoredReading[] = [];
  let written = 0;
  const write = async () => {
    const rejected = await store.write(batch);
    if (rejected.length > 0) throw new Error(`${rejected.length} readings were refused: ${rejected[0]?.reason}`);
    written += batch.length;
    batch = [];
  };
  for (let slot = from; slot < to; slot += stepMs) {
    for (const [i, one] of covers.entries()) {
      const ts = slot + Math.floor((i * stepMs) / covers.length);
      batch.push({ device: `past-${i}`, kind: 'manhole-cover', ts, rx: ts, clock: 'ok', values: one.daily(ts) });
      if (batch.length >= batchReadings) await write();
    }
    passed(slot);
  }
  if (batch.length > 0) await write();
  return written;
}
