/**
 * Where readings stay: blocks of a device's UTC day. What is packed comes as small plain blocks beside one another (`fresh`); when a day has many of
 * them, or is over, they are merged into large deflated ones (`packed`). Only blocks whose times overlap are written anew, so a late
 * reading costs one block, and a long day does not grow dearer by the hour.
 */
import type { Database } from 'better-sqlite3';
import { reasonOf } from '../../../devices/errors.ts';
import { BlockWriter, readBlock, type Span, spanOf } from './block.ts';
import { BlockTable, dayMs, dayOf, keyOf, type StoredBlock } from './block-table.ts';
import { joined, part, type Rows, settled } from './rows.ts';

/** Fresh blocks of a day before they are merged. */
const manyFresh = 32;
/** Rows of a packed block at most. */
const fullBlock = 4096;

export class Shelf {
  readonly #fresh: BlockTable;
  readonly #packed: BlockTable;
  readonly #writer = new BlockWriter();

  /** `damaged` is told of a block that is not what was written; it is passed over. */
  constructor(
    db: Database,
    readonly isFlag: (column: number) => boolean,
    readonly damaged: (sentence: string) => void,
  ) {
    this.#fresh = new BlockTable(db, 'telemetry_fresh');
    this.#packed = new BlockTable(db, 'telemetry_packed');
  }

  /** Inside a transaction. `rows` of one device, settled. */
  add(device: number, rows: Rows): void {
    const { ts } = rows;
    for (let begin = 0, end = 0; begin < ts.length; begin = end) {
      const day = dayOf(ts[begin] as number);
      while (end < ts.length && dayOf(ts[end] as number) === day) end++;
      const ofDay = part(rows, begin, end);
      const next = this.#fresh.nextPart(day, device);
      if (next >= manyFresh || ofDay.ts.length >= fullBlock / 2) this.#merge(day, device, ofDay);
      else this.#write(this.#fresh, keyOf(day, device, next), ofDay, false);
    }
  }

  /** Inside a transaction: a day's fresh blocks, and `more`, which is newer, become packed. */
  #merge(day: number, device: number, more: Rows | null): void {
    const fresh = this.#readAll(this.#spans(this.#fresh.ofDay(day, device)), null);
    const rows = more ? [...fresh, more] : fresh;
    this.#fresh.removeDay(day, device);
    if (rows.length === 0) return;
    const added = settled(joined(rows));
    const stored = this.#packed.ofDay(day, device);
    const packed = this.#inTime(stored);
    const touched = this.#touched(packed, added.ts);
    const whole = settled(joined([...this.#readAll(touched, null), added]));
    let free = (stored.at(-1)?.key ?? keyOf(day, device, 0) - 1) + 1;
    const keys = touched.map(({ key }) => key);
    const pieces = Math.ceil(whole.ts.length / fullBlock);
    for (let i = 0; i < pieces; i++) {
      const piece = part(whole, Math.round((i * whole.ts.length) / pieces), Math.round(((i + 1) * whole.ts.length) / pieces));
      this.#write(this.#packed, keys.shift() ?? free++, piece, true);
    }
    for (const left of keys) this.#packed.remove(left);
  }

  #write(table: BlockTable, key: number, rows: Rows, deflate: boolean): void {
    table.put(key, this.#writer.write(rows, this.isFlag, deflate, key));
  }

  /** The packed blocks that have times among the added ones, and one that lies before and has room. */
  #touched(packed: (StoredBlock & Span)[], ts: Float64Array): (StoredBlock & Span)[] {
    const first = ts[0] as number;
    const last = ts[ts.length - 1] as number;
    const overlapping = packed.filter((block) => block.first <= last && block.last >= first);
    if (overlapping.length > 0) return overlapping;
    const before = packed.filter((block) => block.last < first).at(-1);
    return before && before.count + ts.length <= fullBlock ? [before] : [];
  }

  /** As they are kept. A block that is not what was written is named and passed over. */
  #spans(blocks: StoredBlock[]): (StoredBlock & Span)[] {
    const found: (StoredBlock & Span)[] = [];
    for (const block of blocks) {
      try {
        found.push({ ...block, ...spanOf(block.data, block.key) });
      } catch (thrown) {
        this.damaged(`block ${block.key} of telemetry is not what was written: ${reasonOf(thrown)}`);
      }
    }
    return found;
  }

  #inTime(blocks: StoredBlock[]): (StoredBlock & Span)[] {
    return this.#spans(blocks).sort((a, b) => a.first - b.first);
  }

  #readAll(blocks: StoredBlock[], wanted: ReadonlySet<number> | null): Rows[] {
    return blocks.map(({ data }) => readBlock(data, wanted));
  }

  /** UTC days with rows of the device that may lie in from ≤ ts < to, rising. */
  days(device: number, from: number, to: number): number[] {
    const [first, last] = [dayOf(from), dayOf(to - 1)];
    return [...new Set([...this.#packed.daysOf(device, first, last), ...this.#fresh.daysOf(device, first, last)])].sort((a, b) => a - b);
  }

  /** A device's rows of a day with the columns asked for, oldest writing first; those outside from ≤ ts < to may be missing. */
  read(device: number, day: number, from: number, to: number, wanted: ReadonlySet<number>): Rows[] {
    const inRange = (block: Span) => block.first < to && block.last >= from;
    const packed = this.#inTime(this.#packed.ofDay(day, device)).filter(inRange);
    const fresh = this.#spans(this.#fresh.ofDay(day, device)).filter(inRange);
    return this.#readAll([...packed, ...fresh], wanted);
  }

  /** Up to which time there may be anything; null: nothing at all. */
  end(): number | null {
    const last = Math.max(this.#fresh.lastDay() ?? -1, this.#packed.lastDay() ?? -1);
    return last < 0 ? null : (last + 1) * dayMs;
  }

  /** Inside a transaction: packs the next device's day that ended before `closed` (a UTC day), from `key` on. Where to go on; null: none is left. */
  packNext(key: number, closed: number): number | null {
    const next = this.#fresh.next(key);
    if (!next || next.day >= closed) return null;
    this.#merge(next.day, next.device, null);
    return next.key;
  }
}
