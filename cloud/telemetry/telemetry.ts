/**
 * The door of telemetry: readings kept by device and time. A store is idempotent: of the same device and ts again, what the reading carries
 * overwrites, what it does not carry stays.
 */
import type { Values } from '../../devices/kinds/kinds.ts';

export interface StoredReading {
  device: string;
  kind: string;
  /** Milliseconds since 1970 UTC, whole. */
  ts: number;
  rx: number;
  clock: 'ok' | 'unset';
  values: Values;
}

export interface Rejected {
  reading: StoredReading;
  reason: string;
}

export interface TelemetryQuery {
  device: string;
  kind: string;
  metrics: string[];
  /** from ≤ ts < to, milliseconds. */
  from: number;
  to: number;
  /** Bucket width in milliseconds; buckets begin at whole multiples since 1970. */
  every?: number;
  /** More points than this is refused (code `too-many-points`). */
  maxPoints: number;
}

export type Series =
  | { metric: string; ts: number[]; value: (number | boolean)[] }
  | { metric: string; ts: number[]; min: number[]; mean: number[]; max: number[]; count: number[] };

/** Three kinds of answer to a batch: kept, rejected (parked with its reason), or a `retry` error: nothing is lost, the same batch comes again. */
export interface TelemetryStore {
  start(): Promise<void>;
  /** Resolves when all but the rejected are safe in the store. Throws a `retry` error when the store cannot take them now. */
  write(batch: StoredReading[]): Promise<Rejected[]>;
  /** A flag is 0 or 1 in min, mean and max. Throws `reject('too-many-points')` with an `every` that fits in its message. */
  query(query: TelemetryQuery): Promise<Series[]>;
  /** Twice is harmless. */
  stop(): Promise<void>;
}

export { EmbeddedStore } from './embedded/embedded-store.ts';
export { InfluxStore } from './influx/influx-store.ts';
export { TooManyPoints } from './too-many.ts';
