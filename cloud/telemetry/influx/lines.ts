/** Readings as line protocol: measurement = kind, tag = device alone, fields = metrics. Written as bytes: as strings the lines of a batch cost more than their readings. */
import type { StoredReading } from '../telemetry.ts';
import { numberBytes, writeNumber } from './numbers.ts';

const escapedMeasurement = (text: string) => text.replace(/[, ]/g, '\\$&');
const escapedKey = (text: string) => text.replace(/[,= ]/g, '\\$&');
/** Prefixes kept at most; a district has fewer devices. */
const mostKept = 200_000;
const [newline, comma, space] = [0x0a, 0x2c, 0x20];
const clockUnset = Buffer.from(',clock="unset"');
const flags = { true: Buffer.from('true'), false: Buffer.from('false') };

/** Whether line protocol can say it: a whole ts, and values that are finite numbers or flags. */
export function isSayable({ ts, values }: StoredReading): boolean {
  let some = false;
  for (const metric in values) {
    const value = values[metric];
    if (typeof value !== 'boolean' && !Number.isFinite(value)) return false;
    some = true;
  }
  return some && Number.isInteger(ts);
}

/** Writes lines into one growing buffer, kept for the next batch. */
export class LineWriter {
  readonly #prefixes = new Map<string, Buffer>();
  readonly #fields = new Map<string, Buffer>();
  #bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16);
  #end = 0;

  /** The lines of readings that are sayable. */
  text(readings: readonly StoredReading[]): string {
    this.#end = 0;
    for (const reading of readings) this.#line(reading);
    return this.#bytes.toString('utf8', 0, this.#end);
  }

  #line({ device, kind, ts, clock, values }: StoredReading): void {
    if (this.#end > 0) this.#byte(newline);
    this.#put(this.#prefix(kind, device));
    let first = true;
    for (const metric in values) {
      if (!first) this.#byte(comma);
      first = false;
      this.#put(this.#field(metric));
      const value = values[metric] as number | boolean;
      if (typeof value === 'number') this.#number(value);
      else this.#put(value ? flags.true : flags.false);
    }
    if (clock === 'unset') this.#put(clockUnset);
    this.#byte(space);
    this.#number(ts);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#end++] = byte;
  }

  #put(bytes: Buffer): void {
    this.#room(bytes.length);
    // A few tens of bytes: the loop beats the call.
    for (let i = 0; i < bytes.length; i++) this.#bytes[this.#end++] = bytes[i] as number;
  }

  #number(value: number): void {
    this.#room(numberBytes);
    this.#end = writeNumber(this.#bytes, this.#end, value);
  }

  #room(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const bigger = Buffer.allocUnsafeSlow(2 * this.#bytes.length + more);
    this.#bytes.copy(bigger, 0, 0, this.#end);
    this.#bytes = bigger;
  }

  #prefix(kind: string, device: string): Buffer {
    const key = `${kind}\u0000${device}`;
    let prefix = this.#prefixes.get(key);
    if (prefix === undefined) {
      if (this.#prefixes.size >= mostKept) this.#prefixes.clear();
      prefix = Buffer.from(`${escapedMeasurement(kind)},device=${escapedKey(device)} `);
      this.#prefixes.set(key, prefix);
    }
    return prefix;
  }

  #field(metric: string): Buffer {
    let field = this.#fields.get(metric);
    if (field === undefined) {
      field = Buffer.from(`${escapedKey(metric)}=`);
      this.#fields.set(metric, field);
    }
    return field;
  }
}
