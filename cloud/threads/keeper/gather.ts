/** The journal from where the keeper stands: rows decoded into batches. The same rows give the same batches. */
import type { Logger } from '../../../devices/log.ts';
import { type DeviceTable, decode, emptyMemory, type NumberedChange, place, type ReadingMemory } from '../../ingest/ingest.ts';
import type { Entry, JournalReader, Row } from '../../journal/journal.ts';
import { type Batch, emptyBatch } from './batch.ts';

/** Readings a batch may have; the last row may bring some more. */
export const mostReadings = 20_000;
/** Of the journal at once: about what is decoded between two looks at what others ask. */
const readBytes = 256 * 1024;

export class Gather {
  readonly #reader: JournalReader;
  readonly #devices: DeviceTable;
  readonly #log: Logger;
  #batch: Batch;
  /**
   * What came since the start, by device: a repeat must not overwrite. Of before it knows nothing; a repeat of then brings what is stored already, unless
   * its sender gives one number to two readings.
   */
  readonly #memories = new Map<string, ReadingMemory>();
  readonly #lastUnset = new Map<string, number>();
  /** Readings that were repeats, since the start. */
  repeats = 0;
  /** Rows whose bytes were not those that were written, since the start. */
  damaged = 0;

  constructor(reader: JournalReader, devices: DeviceTable, log: Logger, from: { row: number; change: number; rx: number }) {
    this.#reader = reader;
    this.#devices = devices;
    this.#log = log;
    this.#batch = emptyBatch(from.row, from.change, from.rx);
  }

  get batch(): Batch {
    return this.#batch;
  }
  get isFull(): boolean {
    return this.#batch.readings.length >= mostReadings;
  }

  /** Hands the batch out; the next one begins where it ends. */
  take(): Batch {
    const batch = this.#batch;
    this.#batch = emptyBatch(batch.row, batch.change, batch.rx);
    return batch;
  }

  /**
   * Adds the next rows. `changesWait`: stops before a change of the register, because a batch is on its way that must be on disk with the register
   * as it was. true: it has read something. Throws a fatal error where the journal cannot be read.
   */
  readOn(changesWait: boolean): boolean {
    const rows = this.#reader.read(this.#batch.row, readBytes);
    let read = false;
    for (const row of rows) {
      if (this.isFull || (changesWait && row.entries.some(({ type }) => type === 'change'))) break;
      this.#row(row);
      read = true;
    }
    return read;
  }

  #row({ row, entries, damaged }: Row): void {
    if (damaged !== undefined) {
      this.damaged++;
      this.#log.error({ row }, damaged);
    }
    for (const entry of entries) {
      this.#batch.rx = entry.rx;
      if (entry.type === 'publish') this.#publish(entry);
      else if (entry.type === 'change') this.#change(entry.change as NumberedChange);
    }
    this.#batch.row = row;
  }

  /** What is no reading, the rules' thread looks after. */
  #publish({ agent, topic, payload, rx }: Extract<Entry, { type: 'publish' }>): void {
    for (const item of decode({ agent, topic, payload, rx }, this.#devices)) {
      if (item.type !== 'reading') continue;
      const { device, ts, clock, values } = item.reading;
      if (place(this.#memoryOf(device.id), item.reading).place === 'repeat') {
        this.repeats++;
        continue;
      }
      this.#batch.readings.push({ device: device.id, kind: device.kind, ts: clock === 'ok' ? ts : this.#apart(device.id, ts), rx, clock, values });
      this.#batch.sources.push({ agent, topic });
    }
  }

  /** Readings without a clock stand at `rx`; those that come within one millisecond take the next ones, so that none falls on another. */
  #apart(device: string, ts: number): number {
    const next = Math.max(ts, (this.#lastUnset.get(device) ?? 0) + 1);
    this.#lastUnset.set(device, next);
    return next;
  }

  #memoryOf(device: string): ReadingMemory {
    let memory = this.#memories.get(device);
    if (!memory) {
      memory = emptyMemory();
      this.#memories.set(device, memory);
    }
    return memory;
  }

  /** After a crash the desk may have written one twice. */
  #change({ n, ...change }: NumberedChange): void {
    if (n <= this.#batch.change) return;
    this.#batch.change = n;
    this.#devices.apply(change);
    this.#batch.changes.push(change);
  }
}
