/**
 * Some rows of one device as one piece of bytes, exact to the last bit, with a checksum over them and the place where they are kept.
 * Head: form, CRC-32, count, first ts, span. Body (deflated where that is shorter): times, then each column with its length,
 * so that a reader skips what nobody asked for.
 */
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readNumbers, writeNumbers } from './number-column.ts';
import type { Rows } from './rows.ts';
import { readTimes, writeTimes } from './time-column.ts';

/** Kept on disk: never renumbered. */
const form = { plain: 1, deflated: 2, placedPlain: 3, placedDeflated: 4 } as const;
const isDeflated = (of: number) => of === form.deflated || of === form.placedDeflated;
/** What a column's bytes are: flags or numbers; 2 is added where not every row carries it, and a map of those that do goes before. */
const columnForm = { numbers: 0, flags: 1, sparse: 2 } as const;
const bodyAt = 5;
/** Fewer bytes than this do not get shorter. */
const worthDeflating = 96;

export interface Span {
  count: number;
  first: number;
  last: number;
}

/** Writes blocks; one for as many as are wanted, so that its room is used again. */
export class BlockWriter {
  readonly #body = new ByteWriter();
  readonly #column = new ByteWriter();
  readonly #block = new ByteWriter();

  /** `rows` are settled and at least one. `place`: the key under which the block will be kept; under another one it is damaged. */
  write(rows: Rows, isFlag: (column: number) => boolean, deflate: boolean, place: number): Buffer {
    const { ts } = rows;
    const body = this.#body;
    body.clear();
    writeTimes(body, ts);
    const columns = [...rows.columns].filter(([, values]) => countOf(values) > 0);
    body.whole(columns.length);
    for (const [column, values] of columns) {
      this.#column.clear();
      body.whole(column);
      this.#writeColumn(values, isFlag(column));
      body.whole(this.#column.length);
      body.bytes(this.#column.written());
    }
    const plain = body.written();
    const short = deflate && plain.length >= worthDeflating ? deflateRawSync(plain, { level: constants.Z_DEFAULT_COMPRESSION }) : plain;
    const deflated = short.length < plain.length;

    const block = this.#block;
    block.clear();
    block.byte(deflated ? form.placedDeflated : form.placedPlain);
    for (let i = 0; i < 4; i++) block.byte(0);
    block.whole(ts.length);
    block.whole(ts[0] as number);
    block.whole((ts[ts.length - 1] as number) - (ts[0] as number));
    block.bytes(deflated ? short : plain);
    const whole = Buffer.from(block.written());
    whole.writeUInt32LE(checksum(whole, place), 1);
    return whole;
  }

  #writeColumn(values: Float64Array, flag: boolean): void {
    const out = this.#column;
    const count = countOf(values);
    const sparse = count < values.length;
    const present = sparse ? values.filter((value) => !Number.isNaN(value)) : values;
    out.byte((flag ? columnForm.flags : columnForm.numbers) | (sparse ? columnForm.sparse : 0));
    if (sparse) writeBits(out, values.length, (i) => !Number.isNaN(values[i]));
    if (flag) writeBits(out, present.length, (i) => present[i] !== 0);
    else writeNumbers(out, present);
  }
}

/** How many rows carry a value. */
function countOf(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) count++;
  return count;
}

function writeBits(out: ByteWriter, n: number, isSet: (i: number) => boolean): void {
  for (let at = 0; at < n; at += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8 && at + bit < n; bit++) if (isSet(at + bit)) byte |= 1 << bit;
    out.byte(byte);
  }
}

/** Blocks of before were not told their place. */
function checksum(block: Uint8Array, place: number): number {
  const of = block[0] as number;
  if (of < form.plain || of > form.placedDeflated) throw new RangeError('not a block of this version');
  const head = Buffer.alloc(9);
  head[0] = of;
  head.writeDoubleLE(place, 1);
  return crc32(block.subarray(bodyAt), of < form.placedPlain ? 0 : crc32(head));
}

/** What it spans. Throws where its bytes are not those that were written. */
export function spanOf(block: Uint8Array, place: number): Span {
  if (block.length < bodyAt || checksum(block, place) !== new DataView(block.buffer, block.byteOffset).getUint32(1, true)) throw new RangeError('its checksum differs');
  const reader = new ByteReader(block);
  reader.bytes(bodyAt);
  return readSpan(reader);
}

function readSpan(reader: ByteReader): Span {
  const count = reader.whole();
  const first = reader.whole();
  return { count, first, last: first + reader.whole() };
}

/** The rows of a block that `spanOf` has found whole: settled, with the columns asked for (null: all). */
export function readBlock(block: Uint8Array, wanted: ReadonlySet<number> | null): Rows {
  const head = new ByteReader(block);
  head.bytes(bodyAt);
  const { count, first } = readSpan(head);
  const rest = block.subarray(head.at);
  const body = new ByteReader(isDeflated(block[0] as number) ? inflateRawSync(rest) : rest);
  const ts = readTimes(body, first, count);
  const columns = new Map<number, Float64Array>();
  for (let left = body.whole(); left > 0; left--) {
    const column = body.whole();
    const bytes = body.bytes(body.whole());
    if (wanted === null || wanted.has(column)) columns.set(column, readColumn(new ByteReader(bytes), count));
  }
  return { ts, columns };
}

function readColumn(from: ByteReader, n: number): Float64Array {
  const head = from.byte();
  const carried = (head & columnForm.sparse) === 0 ? null : from.bytes(Math.ceil(n / 8));
  const isCarried = (i: number) => carried === null || (((carried[i >> 3] as number) >> (i & 7)) & 1) === 1;
  let count = n;
  if (carried) {
    count = 0;
    for (let i = 0; i < n; i++) if (isCarried(i)) count++;
  }
  const present = (head & columnForm.flags) === 0 ? readNumbers(from, count) : readFlags(from, count);
  if (!carried) return present;
  const values = new Float64Array(n).fill(Number.NaN);
  for (let i = 0, next = 0; i < n; i++) if (isCarried(i)) values[i] = present[next++] as number;
  return values;
}

function readFlags(from: ByteReader, n: number): Float64Array {
  const bits = from.bytes(Math.ceil(n / 8));
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = ((bits[i >> 3] as number) >> (i & 7)) & 1;
  return values;
}
