/** Blocks by UTC day, device and part, in that order in the file: what comes in on one day lies together, however much the file has grown. */
import type { Database, Statement } from 'better-sqlite3';
import { reject } from '../../../devices/errors.ts';

export const dayMs = 86_400_000;
const devices = 2 ** 22;
const parts = 2 ** 12;
const days = 2 ** 16;

/** The end of what can be kept, ms. */
export const lastMs = days * dayMs;
/** The times that can be kept, ms: whole, from 1970 up to 2149. */
export const isKeepable = (ts: number): boolean => Number.isInteger(ts) && ts >= 0 && ts < lastMs;
export const dayOf = (ts: number): number => Math.floor(ts / dayMs);

/** Where a block is kept. */
export function keyOf(day: number, device: number, part: number): number {
  if (device >= devices || part >= parts) throw reject('too-many-devices', `The embedded store keeps ${devices} devices and ${parts} blocks of a device's day at most.`);
  return (day * devices + device) * parts + part;
}

export interface StoredBlock {
  key: number;
  data: Buffer;
}

export class BlockTable {
  readonly #put: Statement;
  readonly #ofDay: Statement;
  readonly #remove: Statement;
  readonly #next: Statement;
  readonly #lastPart: Statement;
  readonly #lastKey: Statement;

  /** Creates the table where it is missing. */
  constructor(db: Database, name: string) {
    db.exec(`create table if not exists ${name} (key integer primary key, data blob not null)`);
    this.#put = db.prepare(`insert into ${name} (key, data) values (?, ?) on conflict (key) do update set data = excluded.data`);
    this.#ofDay = db.prepare(`select key, data from ${name} where key >= ? and key < ? order by key`);
    this.#remove = db.prepare(`delete from ${name} where key >= ? and key < ?`);
    this.#next = db.prepare(`select key from ${name} where key >= ? order by key limit 1`).pluck();
    this.#lastPart = db.prepare(`select key from ${name} where key >= ? and key < ? order by key desc limit 1`).pluck();
    this.#lastKey = db.prepare(`select max(key) from ${name}`).pluck();
  }

  put(key: number, data: Buffer): void {
    this.#put.run(key, data);
  }

  /** A device's blocks of a day, by part. */
  ofDay(day: number, device: number): StoredBlock[] {
    const first = keyOf(day, device, 0);
    return this.#ofDay.all(first, first + parts) as StoredBlock[];
  }

  /** One more than the last part of a device's day; 0: there is none. */
  nextPart(day: number, device: number): number {
    const first = keyOf(day, device, 0);
    const last = this.#lastPart.get(first, first + parts) as number | undefined;
    return last === undefined ? 0 : last - first + 1;
  }

  remove(key: number): void {
    this.#remove.run(key, key + 1);
  }

  removeDay(day: number, device: number): void {
    const first = keyOf(day, device, 0);
    this.#remove.run(first, first + parts);
  }

  /** The days between two (both included) of which it has blocks of the device, rising. Days that have none cost nothing. */
  daysOf(device: number, from: number, to: number): number[] {
    const found: number[] = [];
    let seek = keyOf(from, device, 0);
    for (;;) {
      const at = this.next(seek);
      if (at === null || at.day > to) return found;
      if (at.device === device) found.push(at.day);
      seek = at.device < device ? keyOf(at.day, device, 0) : keyOf(at.day + 1, device, 0);
    }
  }

  /** The first day and device at or after this key; null at the end. `key` is where the one after it may begin. */
  next(from: number): { day: number; device: number; key: number } | null {
    const key = this.#next.get(from) as number | undefined;
    if (key === undefined) return null;
    const whole = Math.floor(key / parts);
    return { day: Math.floor(whole / devices), device: whole % devices, key: (whole + 1) * parts };
  }

  /** null: it is empty. */
  lastDay(): number | null {
    const key = this.#lastKey.get() as number | null;
    return key === null ? null : Math.floor(key / parts / devices);
  }
}
