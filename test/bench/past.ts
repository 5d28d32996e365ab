/** What covers would have said in the past, of five values each, by the physics of the simulated ones: for stores whose size and speed depend on what is in them. */

import type { StoredReading, TelemetryStore } from '../../cloud/telemetry/telemetry.ts';
import { manholeCover } from '../../devices/kinds/manhole-cover.ts';
import { cover } from '../../edge/drivers/simulated/cover.ts';
import type { Physics } from '../../edge/drivers/simulated/physics.ts';
import { refine } from '../../edge/refine.ts';

export const metrics = ['tilt_deg', 'water_level_mm', 'battery_v', 'temperature_c', 'rssi_dbm'] as const;
/** Readings of one write, as the product gathers them. */
const batchReadings = 20_000;

const nowhere = { recall: () => null, remember: async () => {}, with() {}, below: () => nowhere };

export class PastCover {
  readonly #physics: Physics;

  constructor(seed: number) {
    this.#physics = cover.create({ device: `past-${seed}`, seed, memory: nowhere as never, acting: () => null, endAct() {}, handIn: async () => {} });
  }

  at(ts: number): Record<string, number> {
    const { values } = refine(manholeCover, this.#physics.values(ts), null);
    return Object.fromEntries(metrics.map((metric) => [metric, values[metric] as number]));
  }
}

/** Writes the readings of so many covers, `past-0` …, in the order of time, as they come in. */
export async function fillStore(store: TelemetryStore, covers: number, from: number, to: number, stepMs: number, passed: (ts: number) => void = () => {}): Promise<number> {
  const all = Array.from({ length: covers }, (_, i) => new PastCover(i));
  let batch: StoredReading[] = [];
  let written = 0;
  const write = async () => {
    const rejected = await store.write(batch);
    if (rejected.length > 0) throw new Error(`${rejected.length} readings were refused: ${rejected[0]?.reason}`);
    written += batch.length;
    batch = [];
  };
  for (let slot = from; slot < to; slot += stepMs) {
    for (const [i, one] of all.entries()) {
      // Each device has its own second of the minute.
      const ts = slot + Math.floor((i * stepMs) / covers);
      batch.push({ device: `past-${i}`, kind: 'manhole-cover', ts, rx: ts, clock: 'ok', values: one.at(ts) });
      if (batch.length >= batchReadings) await write();
    }
    passed(slot);
  }
  if (batch.length > 0) await write();
  return written;
}
