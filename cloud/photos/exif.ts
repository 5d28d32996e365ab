/** Time and place out of an EXIF block (EXIF 2.3, a TIFF of its own), as numbers. The block itself is never kept. Pure; a damaged block gives nulls. */
import { instantOf } from '../civil-time.ts';

export interface ExifFacts {
  /** When the camera says that it was taken, ms since 1970 UTC. */
  takenAt: number | null;
  /** WGS-84. */
  position: { lon: number; lat: number } | null;
}

const tag = { exif: 0x8769, gps: 0x8825, taken: 0x9003, offset: 0x9011, latRef: 1, lat: 2, lonRef: 3, lon: 4 };
/** Bytes of a component, by its type. */
const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const maxEntries = 200;

/** Reads within the block alone: past its end DataView throws a RangeError. */
class Tiff {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = this.#view.getUint16(0) === 0x4949;
  }
  u16 = (at: number) => this.#view.getUint16(at, this.#little);
  u32 = (at: number) => this.#view.getUint32(at, this.#little);

  /** Tag → where its value lies and how many components it has. */
  directory(at: number): Map<number, { at: number; count: number; type: number }> {
    const found = new Map<number, { at: number; count: number; type: number }>();
    const entries = Math.min(this.u16(at), maxEntries);
    for (let i = 0; i < entries; i++) {
      const entry = at + 2 + i * 12;
      const type = this.u16(entry + 2);
      const count = this.u32(entry + 4);
      const inline = (sizes[type] ?? 0) * count <= 4;
      found.set(this.u16(entry), { at: inline ? entry + 8 : this.u32(entry + 8), count, type });
    }
    return found;
  }
  text(at: number, count: number): string {
    let text = '';
    for (let i = 0; i < Math.min(count, 32); i++) text += String.fromCharCode(this.#view.getUint8(at + i));
    return text.replace(/\0.*$/s, '').trim();
  }
  rational = (at: number) => this.u32(at) / this.u32(at + 4);
}

/** `timezone`: what a camera's clock without an offset is read in. */
export function exifFacts(exif: Uint8Array | undefined, timezone: string): ExifFacts {
  if (!exif) return { takenAt: null, position: null };
  const header = Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? 6 : 0;
  try {
    const tiff = new Tiff(exif.subarray(header));
    const main = tiff.directory(tiff.u32(4));
    return { takenAt: takenAt(tiff, main.get(tag.exif)?.at, timezone), position: position(tiff, main.get(tag.gps)?.at) };
  } catch (thrown) {
    if (thrown instanceof RangeError) return { takenAt: null, position: null };
    throw thrown;
  }
}

function takenAt(tiff: Tiff, pointer: number | undefined, timezone: string): number | null {
  if (pointer === undefined) return null;
  const directory = tiff.directory(tiff.u32(pointer));
  const taken = directory.get(tag.taken);
  if (!taken) return null;
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(tiff.text(taken.at, taken.count));
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  if (year < 2000 || Number.isNaN(shown)) return null;
  const given = directory.get(tag.offset);
  const offset = given && /^([+-])(\d\d):(\d\d)$/.exec(tiff.text(given.at, given.count));
  if (!offset) return instantOf(shown, timezone);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return shown - (offset[1] === '-' ? -minutes : minutes) * 60_000;
}

function position(tiff: Tiff, pointer: number | undefined): ExifFacts['position'] {
  if (pointer === undefined) return null;
  const directory = tiff.directory(tiff.u32(pointer));
  const degrees = (valueTag: number, refTag: number, negative: string, limit: number): number | null => {
    const value = directory.get(valueTag);
    const ref = directory.get(refTag);
    if (value?.type !== 5 || value.count !== 3 || !ref) return null;
    const sum = tiff.rational(value.at) + tiff.rational(value.at + 8) / 60 + tiff.rational(value.at + 16) / 3600;
    const signed = tiff.text(ref.at, ref.count).toUpperCase() === negative ? -sum : sum;
    return Number.isFinite(signed) && Math.abs(signed) <= limit ? signed : null;
  };
  const lat = degrees(tag.lat, tag.latRef, 'S', 90);
  const lon = degrees(tag.lon, tag.lonRef, 'W', 180);
  return lat === null || lon === null ? null : { lon, lat };
}
