/**
 * The newest readings, in order of arrival, in memory: chained by device, so that a device's are found without a search, and in a form whose
 * bytes are what the hot table keeps of them.
 */
import type { Rows } from './rows.ts';

const none = -1;

function grown<T extends Float64Array | Uint32Array | Int32Array | Uint16Array>(old: T, length: number): T {
  const made = new (old.constructor as new (n: number) => T)(length);
  made.set(old);
  return made;
}

export class HotRows {
  #ts = new Float64Array(1024);
  #device = new Uint32Array(1024);
  /** The row before of the same device. */
  #before = new Int32Array(1024);
  /** Where a row's values begin; they end where the next row's begin. */
  #start = new Uint32Array(1025);
  #value = new Float64Array(4096);
  #column = new Uint16Array(4096);
  readonly #last = new Map<number, number>();
  #values = 0;
  rows = 0;

  /** Begins a reading; its values follow by `value`. */
  add(device: number, ts: number): void {
    const row = this.rows;
    if (row === this.#ts.length) this.#moreRows();
    this.#ts[row] = ts;
    this.#device[row] = device;
    this.#before[row] = this.#last.get(device) ?? none;
    this.#last.set(device, row);
    this.rows = row + 1;
    this.#start[row + 1] = this.#values;
  }

  /** One more value of the reading begun last. */
  value(column: number, value: number): void {
    const at = this.#values;
    if (at === this.#value.length) this.#moreValues();
    this.#column[at] = column;
    this.#value[at] = value;
    this.#values = at + 1;
    this.#start[this.rows] = at + 1;
  }

  /** Forgets all rows from `rows` on. */
  cutTo(rows: number): void {
    for (let row = this.rows - 1; row >= rows; row--) {
      const before = this.#before[row] as number;
      if (before === none) this.#last.delete(this.#device[row] as number);
      else this.#last.set(this.#device[row] as number, before);
    }
    this.rows = rows;
    this.#values = this.#start[rows] as number;
  }

  /** Numbers of the devices that have rows here, rising. */
  devices(): number[] {
    return [...this.#last.keys()].sort((a, b) => a - b);
  }

  /** A device's rows with from ≤ ts < to, in order of arrival; null where there are none. */
  of(device: number, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Rows | null {
    const found: number[] = [];
    for (let row = this.#last.get(device) ?? none; row !== none; row = this.#before[row] as number) {
      const at = this.#ts[row] as number;
      if (at >= from && at < to) found.push(row);
    }
    if (found.length === 0) return null;
    found.reverse();
    const ts = new Float64Array(found.length);
    const columns = new Map<number, Float64Array>();
    for (let i = 0; i < found.length; i++) {
      const row = found[i] as number;
      ts[i] = this.#ts[row] as number;
      const end = this.#start[row + 1] as number;
      for (let at = this.#start[row] as number; at < end; at++) {
        const column = this.#column[at] as number;
        let values = columns.get(column);
        if (!values) {
          values = new Float64Array(found.length).fill(Number.NaN);
          columns.set(column, values);
        }
        values[i] = this.#value[at] as number;
      }
    }
    return { ts, columns };
  }

  /** Rows from `begin` on as bytes. */
  bytes(begin: number): Uint8Array {
    const rows = this.rows - begin;
    const first = this.#start[begin] as number;
    const values = this.#values - first;
    const out = new Uint8Array(8 + rows * 16 + values * 10);
    const head = new DataView(out.buffer);
    head.setUint32(0, rows, true);
    head.setUint32(4, values, true);
    const starts = this.#start.slice(begin, this.rows).map((start) => start - first);
    let at = 8;
    for (const part of [
      this.#ts.subarray(begin, this.rows),
      this.#value.subarray(first, this.#values),
      this.#device.subarray(begin, this.rows),
      starts,
      this.#column.subarray(first, this.#values),
    ]) {
      out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
      at += part.byteLength;
    }
    return out;
  }

  /** Adds the rows of what `bytes` gave. */
  addBytes(source: Uint8Array): void {
    const { buffer } = new Uint8Array(source);
    const [rows = 0, values = 0] = new Uint32Array(buffer, 0, 2);
    if (source.length !== 8 + rows * 16 + values * 10) throw new RangeError('its length is not that of its rows');
    const ts = new Float64Array(buffer, 8, rows);
    const value = new Float64Array(buffer, 8 + rows * 8, values);
    const device = new Uint32Array(buffer, 8 + (rows + values) * 8, rows);
    const start = new Uint32Array(buffer, 8 + rows * 12 + values * 8, rows);
    const column = new Uint16Array(buffer, 8 + rows * 16 + values * 8, values);
    for (let row = 0; row < rows; row++) {
      this.add(device[row] as number, ts[row] as number);
      const end = row + 1 < rows ? (start[row + 1] as number) : values;
      for (let at = start[row] as number; at < end; at++) this.value(column[at] as number, value[at] as number);
    }
  }

  #moreRows(): void {
    const length = this.#ts.length * 2;
    this.#ts = grown(this.#ts, length);
    this.#device = grown(this.#device, length);
    this.#before = grown(this.#before, length);
    this.#start = grown(this.#start, length + 1);
  }

  #moreValues(): void {
    const length = this.#value.length * 2;
    this.#value = grown(this.#value, length);
    this.#column = grown(this.#column, length);
  }
}
