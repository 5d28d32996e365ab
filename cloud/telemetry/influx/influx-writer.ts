/** Writes to InfluxDB by its own WriteApi, one chunk at a time, and finds out which points of a chunk the server refuses. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB, setLogger, type WriteApi } from '@influxdata/influxdb-client';
import { reasonOf, retry } from '../../../devices/errors.ts';
import type { Rejected, StoredReading } from '../telemetry.ts';
import type { InfluxAddress } from './address.ts';
import { isSayable, LineWriter } from './lines.ts';

/** Lines a write; larger ones cost InfluxDB less a point (ingest-path.md, trap 12). */
export const linesPerWrite = 20_000;

/** What the server said against a write. `dropped`: how many points it left out, where it says so. */
interface Refusal {
  reason: string;
  dropped: number | null;
}

const conflict = /field type conflict: input field "(.+?)" on measurement "(.+?)" is type (\w+)/;

export class InfluxWriter {
  #api: WriteApi | null = null;
  #agent: HttpAgent | HttpsAgent | null = null;
  readonly #lines = new LineWriter();

  /** `createDatabase`: called when the server knows no such database; rejects where it cannot be made. */
  constructor(
    readonly address: InfluxAddress,
    readonly requestMs: number,
    readonly createDatabase: () => Promise<void>,
  ) {}

  start(): void {
    // What goes wrong comes back as a rejected promise; the library's own lines on the console would say it twice.
    setLogger({ error() {}, warn() {} });
    const { url, headers, writePath, protocol } = this.address;
    this.#agent = protocol === 'https' ? new HttpsAgent({ keepAlive: true, maxSockets: 1 }) : new HttpAgent({ keepAlive: true, maxSockets: 1 });
    const client = new InfluxDB({ url, timeout: this.requestMs, headers, transportOptions: { agent: this.#agent } });
    // At `batchSize` it would send by itself and hide what the server says; by time too; and it must not try again on its own.
    this.#api = client.getWriteApi('', this.address.database, 'ms', {
      batchSize: 2,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: Number.MAX_SAFE_INTEGER,
    });
    this.#api.path = writePath;
  }

  stop(): void {
    this.#api?.dispose();
    this.#api = null;
    this.#agent?.destroy();
    this.#agent = null;
  }

  /** Resolves when all but the rejected are in the database. Throws a `retry` error where it cannot take them now; some may be in. */
  async write(batch: StoredReading[]): Promise<Rejected[]> {
    const points: StoredReading[] = [];
    const rejected: Rejected[] = [];
    for (const reading of batch)
      if (isSayable(reading)) points.push(reading);
      else rejected.push({ reading, reason: 'a reading needs a whole ts, and values that are finite numbers or flags' });
    for (let at = 0; at < points.length; at += linesPerWrite) await this.#writeOrSplit(points.slice(at, at + linesPerWrite), rejected);
    return rejected;
  }

  /** A point is stored when a write that held it was accepted whole, and rejected when one that held it was refused whole. */
  async #writeOrSplit(points: StoredReading[], rejected: Rejected[]): Promise<void> {
    const refusal = await this.#send(points);
    if (!refusal) return;
    if (points.length === 1 || refusal.dropped === points.length) {
      for (const reading of points) rejected.push({ reading, reason: refusal.reason });
      return;
    }
    for (const some of divided(points, refusal)) await this.#writeOrSplit(some, rejected);
  }

  /** null: accepted. */
  async #send(points: StoredReading[], again = true): Promise<Refusal | null> {
    if (!this.#api) throw retry('influx-stopped', 'The store has been stopped.');
    try {
      // As one record: the library's own count and copy of each line cost more than all of our part.
      this.#api.writeRecord(this.#lines.text(points));
      await this.#api.flush();
      return null;
    } catch (thrown) {
      const status = thrown instanceof HttpError ? thrown.statusCode : null;
      const reason = saidBy(thrown);
      // 413: the server takes smaller bodies than this; a single point that is too large is refused.
      if (status === 400 || status === 422 || status === 413) return { reason, dropped: /dropped=(\d+)/.test(reason) ? Number(/dropped=(\d+)/.exec(reason)?.[1]) : null };
      if (status !== 404 || !again) throw retry('influx-away', `InfluxDB at ${this.address.url} cannot take readings now: ${reason}`, thrown);
    }
    await this.createDatabase();
    return this.#send(points, false);
  }
}

/** Those that the server's sentence fits and the rest, or two halves by time (what is out of retention lies together, and so does a shard). */
function divided(points: StoredReading[], { reason }: Refusal): StoredReading[][] {
  const [, field = '', measurement = '', type = ''] = conflict.exec(reason) ?? [];
  const isMeant = (reading: StoredReading) => reading.kind === measurement && field in reading.values && (type === 'boolean') === (typeof reading.values[field] === 'boolean');
  const meant = points.filter(isMeant);
  if (meant.length > 0 && meant.length < points.length) return [meant, points.filter((point) => !isMeant(point))];
  const byTime = [...points].sort((a, b) => a.ts - b.ts);
  const half = byTime.length >> 1;
  return [byTime.slice(0, half), byTime.slice(half)];
}

/** The server's own sentence, or that of the network. */
function saidBy(thrown: unknown): string {
  if (!(thrown instanceof HttpError)) return reasonOf(thrown);
  const { error, message } = (thrown.json ?? {}) as { error?: unknown; message?: unknown };
  const said = [error, message].find((one) => typeof one === 'string' && one !== '') ?? thrown.statusMessage ?? thrown.message;
  return `${thrown.statusCode} ${said}`;
}
