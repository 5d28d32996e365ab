/** Readings as line protocol: measurement = kind, tag = device alone, fields = metrics. */
import type { StoredReading } from '../telemetry.ts';

const escapedMeasurement = (text: string) => text.replace(/[, ]/g, '\\$&');
const escapedKey = (text: string) => text.replace(/[,= ]/g, '\\$&');
/** Prefixes kept at most; a district has fewer devices. */
const mostKept = 200_000;

/** Keeps what the lines of a device begin with: it is most of their text. */
export class LineMaker {
  readonly #prefixes = new Map<string, string>();
  readonly #fields = new Map<string, string>();

  /** null where the reading has no value, or one that is no finite number. */
  line({ device, kind, ts, clock, values }: StoredReading): string | null {
    let fields = '';
    for (const metric in values) {
      const value = values[metric];
      if (typeof value !== 'boolean' && !Number.isFinite(value)) return null;
      fields += `${fields === '' ? '' : ','}${this.#field(metric)}${value}`;
    }
    if (fields === '' || !Number.isInteger(ts)) return null;
    return `${this.#prefix(kind, device)}${fields}${clock === 'unset' ? ',clock="unset"' : ''} ${ts}`;
  }

  #prefix(kind: string, device: string): string {
    const key = `${kind}\u0000${device}`;
    let prefix = this.#prefixes.get(key);
    if (prefix === undefined) {
      if (this.#prefixes.size >= mostKept) this.#prefixes.clear();
      prefix = `${escapedMeasurement(kind)},device=${escapedKey(device)} `;
      this.#prefixes.set(key, prefix);
    }
    return prefix;
  }

  #field(metric: string): string {
    let field = this.#fields.get(metric);
    if (field === undefined) {
      field = `${escapedKey(metric)}=`;
      this.#fields.set(metric, field);
    }
    return field;
  }
}
