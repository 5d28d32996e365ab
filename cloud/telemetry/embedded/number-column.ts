/**
 * A column of numbers as bytes, exact to the last bit. What a sensor says has few decimals, so most columns are whole numbers after a shift of the
 * point, and near one another; the rest are the eight bytes of each float, all first bytes together, each xored with its forerunner's.
 */
import { type ByteReader, type ByteWriter, sizeOfWhole, zigzag } from './bytes.ts';

const mostDecimals = 9;
const powers = Array.from({ length: mostDecimals + 1 }, (_, k) => 10 ** k);

/** Kept on disk: never renumbered. The high nibble of a column's first byte is its form, the low one its decimals. */
const form = { same: 0, steps: 1, offsets: 2, floats: 3, sameFloat: 4 } as const;

/** The value as a whole number of 10^-k, where that gives exactly the same float back; NaN where not. */
function shifted(value: number, k: number): number {
  const power = powers[k] as number;
  const whole = Math.round(value * power);
  // -0 has no whole number of its own.
  return whole / power === value && Math.abs(whole) <= 2 ** 50 && (whole !== 0 || Object.is(value, 0)) ? whole : Number.NaN;
}

/** All values as whole numbers of one 10^-k, or null. */
function wholes(values: Float64Array): { k: number; whole: Float64Array } | null {
  let k = 0;
  for (const value of values)
    while (Number.isNaN(shifted(value, k))) {
      k++;
      if (k > mostDecimals) return null;
    }
  const whole = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const one = shifted(values[i] as number, k);
    if (Number.isNaN(one)) return null;
    whole[i] = one;
  }
  return { k, whole };
}

/** `values` are finite, at least one. */
export function writeNumbers(out: ByteWriter, values: Float64Array): void {
  const first = values[0] as number;
  let same = true;
  for (let i = 1; i < values.length && same; i++) same = Object.is(values[i], first);
  const scaled = wholes(same ? values.subarray(0, 1) : values);
  if (same && !scaled) {
    out.byte(form.sameFloat << 4);
    out.float(first);
  } else if (!scaled) {
    out.byte(form.floats << 4);
    writeFloats(out, values);
  } else if (same) {
    out.byte((form.same << 4) | scaled.k);
    out.signed(scaled.whole[0] as number);
  } else writeWholes(out, scaled.k, scaled.whole);
}

/** The shorter of two: from one to the next, or from the least up. */
function writeWholes(out: ByteWriter, k: number, whole: Float64Array): void {
  const first = whole[0] as number;
  let least = first;
  for (const one of whole) if (one < least) least = one;
  let before = first;
  let stepBytes = 0;
  let offsetBytes = 0;
  for (const one of whole) {
    stepBytes += sizeOfWhole(zigzag(one - before));
    offsetBytes += sizeOfWhole(one - least);
    before = one;
  }
  if (stepBytes < offsetBytes) {
    out.byte((form.steps << 4) | k);
    out.signed(first);
    for (let i = 1; i < whole.length; i++) out.signed((whole[i] as number) - (whole[i - 1] as number));
  } else {
    out.byte((form.offsets << 4) | k);
    out.signed(least);
    for (const one of whole) out.whole(one - least);
  }
}

function writeFloats(out: ByteWriter, values: Float64Array): void {
  const n = values.length;
  const bytes = new Uint8Array(values.slice().buffer);
  const planes = new Uint8Array(8 * n);
  for (let plane = 0; plane < 8; plane++) {
    let before = 0;
    for (let i = 0; i < n; i++) {
      const byte = bytes[i * 8 + plane] as number;
      planes[plane * n + i] = byte ^ before;
      before = byte;
    }
  }
  out.bytes(planes);
}

/** `n` values, as `writeNumbers` wrote them. */
export function readNumbers(from: ByteReader, n: number): Float64Array {
  const head = from.byte();
  const power = powers[head & 15];
  const values = new Float64Array(n);
  switch (head >> 4) {
    case form.same:
      return values.fill(from.signed() / (power as number));
    case form.sameFloat:
      return values.fill(from.float());
    case form.steps: {
      let whole = from.signed();
      values[0] = whole / (power as number);
      for (let i = 1; i < n; i++) {
        whole += from.signed();
        values[i] = whole / (power as number);
      }
      return values;
    }
    case form.offsets: {
      const least = from.signed();
      for (let i = 0; i < n; i++) values[i] = (least + from.whole()) / (power as number);
      return values;
    }
    case form.floats:
      return readFloats(from.bytes(8 * n), values);
    default:
      throw new RangeError(`no column of numbers has the form ${head >> 4}`);
  }
}

function readFloats(planes: Uint8Array, values: Float64Array): Float64Array {
  const n = values.length;
  const bytes = new Uint8Array(values.buffer);
  for (let plane = 0; plane < 8; plane++) {
    let before = 0;
    for (let i = 0; i < n; i++) {
      before ^= planes[plane * n + i] as number;
      bytes[i * 8 + plane] = before;
    }
  }
  return values;
}
