/** Telemetry in an InfluxDB, 1.x or 2.x (the latter unverified, see address.ts). Idempotent because a point is its measurement, device and time. */
import { reasonOf } from '../../../devices/errors.ts';
import type { Logger } from '../../../devices/log.ts';
import type { Rejected, Series, StoredReading, TelemetryQuery, TelemetryStore } from '../telemetry.ts';
import { addressOf, type InfluxAddress, type InfluxTarget } from './address.ts';
import { InfluxReader } from './influx-reader.ts';
import { InfluxWriter } from './influx-writer.ts';

export interface InfluxOptions {
  target: InfluxTarget;
  log: Logger;
  /** How long the server may take to answer, ms. */
  requestMs?: number;
}

export class InfluxStore implements TelemetryStore {
  readonly #version: 1 | 2;
  readonly #log: Logger;
  readonly #reader: InfluxReader;
  readonly #writer: InfluxWriter;
  readonly address: InfluxAddress;

  constructor({ target, log, requestMs = 10_000 }: InfluxOptions) {
    this.#version = target.version;
    this.#log = log;
    this.address = addressOf(target);
    this.#reader = new InfluxReader(this.address, requestMs);
    this.#writer = new InfluxWriter(this.address, requestMs, () => this.#createDatabase());
  }

  /** A server that is away now is no trouble: the database is made when the first write finds it missing. */
  async start(): Promise<void> {
    this.#writer.start();
    try {
      await this.#createDatabase();
    } catch (thrown) {
      this.#log.warn(reasonOf(thrown));
    }
  }

  /** A bucket of 2.x is its administrator's to make. */
  async #createDatabase(): Promise<void> {
    if (this.#version === 1) await this.#reader.createDatabase();
  }

  write(batch: StoredReading[]): Promise<Rejected[]> {
    return this.#writer.write(batch);
  }

  query(query: TelemetryQuery): Promise<Series[]> {
    return this.#reader.query(query);
  }

  async stop(): Promise<void> {
    this.#writer.stop();
  }
}
