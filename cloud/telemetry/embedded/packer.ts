/**
 * Moves readings from the hot rows to the shelf, and days that are over from many blocks to few: a little at a time, between writes and queries.
 * What is moved stays in the hot table until the last of it has moved, so a kill on the way costs nothing but the same work again.
 */
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../../devices/clock.ts';
import { reasonOf } from '../../../devices/errors.ts';
import type { Logger } from '../../../devices/log.ts';
import { dayOf } from './block-table.ts';
import type { HotRows } from './hot-rows.ts';
import type { HotTable } from './hot-table.ts';
import { settled } from './rows.ts';
import type { Shelf } from './shelf.ts';

/** How long one bite may take, and the pause after it, ms. */
const biteMs = 15;
const pauseMs = 1;
/** After the disk has refused, ms. */
const retryMs = 10_000;
/** How often days that are over are looked for, and how long after its end a day counts as over, ms: longer than readings stay hot. */
const passMs = 3_600_000;
const overMs = 4 * 3_600_000;
/** Free room that the file keeps for the next day, bytes; what is more goes back to the disk, so many pages at once. */
const keptFree = 8 << 20;
const freedAtOnce = 256;

interface Moving {
  rows: HotRows;
  /** Their last row in the hot table. */
  upTo: number;
  devices: number[];
  done: number;
}

export class Packer {
  #moving: Moving | null = null;
  /** Where the pass over days that are over goes on; null: none is under way. */
  #passAt: number | null = null;
  /** After a pass: the room it has freed is looked at. */
  #shrinking = false;
  #cancelBite: (() => void) | null = null;
  #cancelPass = () => {};
  #stopped = true;

  constructor(
    readonly db: Database,
    readonly table: HotTable,
    readonly shelf: Shelf,
    readonly clock: Clock,
    readonly log: Logger,
  ) {}

  start(): void {
    this.#stopped = false;
    this.#beginPass();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelBite?.();
    this.#cancelPass();
  }

  /** The rows on their way, if any are: still to be asked. */
  get rows(): HotRows | null {
    return this.#moving?.rows ?? null;
  }

  /** Takes these over. What was on its way before goes first, at once. Throws what the disk says; then they are not taken. */
  take(rows: HotRows, upTo: number): void {
    this.finish();
    this.#moving = { rows, upTo, devices: rows.devices(), done: 0 };
    this.#later(pauseMs);
  }

  /** Moves all that is on its way. Throws what the disk says. */
  finish(): void {
    while (this.#moving) this.#bite(Number.POSITIVE_INFINITY);
  }

  /** Moves this share of what was on its way at first: called with each write, so that all has moved before as much has come. */
  keepUp(share: number): void {
    if (!this.#moving) return;
    try {
      this.#bite(Number.POSITIVE_INFINITY, Math.ceil(this.#moving.devices.length * share));
    } catch (thrown) {
      this.#refused(thrown);
    }
  }

  /** Packs the days that are over now, whole, and gives back the room. Throws what the disk says. */
  packOver(): void {
    this.#passAt = 0;
    while (this.#passAt !== null || this.#shrinking) this.#bite(Number.POSITIVE_INFINITY);
  }

  #beginPass(): void {
    if (this.#passAt === null) this.#passAt = 0;
    this.#later(pauseMs);
    this.#cancelPass = this.clock.after(passMs, () => this.#beginPass());
  }

  #later(ms: number): void {
    if (this.#stopped || this.#cancelBite) return;
    this.#cancelBite = this.clock.after(ms, () => {
      this.#cancelBite = null;
      try {
        this.#bite(biteMs);
      } catch (thrown) {
        return this.#refused(thrown);
      }
      if (this.#moving || this.#passAt !== null || this.#shrinking) this.#later(pauseMs);
    });
  }

  /** It stays where it is; the next bite, or the next `take`, meets it again. */
  #refused(thrown: unknown): void {
    this.log.error({ err: thrown }, `readings cannot be packed now: ${reasonOf(thrown)}`);
    this.#later(retryMs);
  }

  /** One transaction. It needs no sync of its own: its readings are in the hot table until the removal, which follows it in the log, is on disk. */
  #bite(ms: number, most = Number.POSITIVE_INFINITY): void {
    const end = this.clock.mono() + ms;
    const before = this.db.pragma('synchronous', { simple: true }) as number;
    this.db.pragma('synchronous = NORMAL');
    try {
      if (this.#moving) this.#move(this.#moving, end, most);
      else if (this.#passAt !== null) this.#pass(this.#passAt, end);
      else if (this.#shrinking) this.#shrink();
    } finally {
      this.db.pragma(`synchronous = ${before}`);
    }
  }

  #move(moving: Moving, end: number, most: number): void {
    const { rows, devices, upTo } = moving;
    let { done } = moving;
    const last = Math.min(devices.length, done + most);
    this.db.transaction(() => {
      while (done < last) {
        const device = devices[done++] as number;
        const ofDevice = rows.of(device);
        if (ofDevice) this.shelf.add(device, settled(ofDevice));
        if (this.clock.mono() >= end) break;
      }
      if (done === devices.length) this.table.removeUpTo(upTo);
    })();
    moving.done = done;
    if (done === devices.length) this.#moving = null;
  }

  #pass(from: number, end: number): void {
    const closed = dayOf(this.clock.now() - overMs);
    let at: number | null = from;
    this.db.transaction(() => {
      while (at !== null) {
        at = this.shelf.packNext(at, closed);
        if (this.clock.mono() >= end) break;
      }
    })();
    this.#passAt = at;
    this.#shrinking = at === null;
  }

  /** Does nothing in a file that was not made with `auto_vacuum = INCREMENTAL`. */
  #shrink(): void {
    const ask = (pragma: string) => this.db.pragma(pragma, { simple: true }) as number;
    const free = ask('freelist_count');
    if (free * ask('page_size') > keptFree) this.db.pragma(`incremental_vacuum(${freedAtOnce})`);
    this.#shrinking = ask('freelist_count') < free;
  }
}
