/** Numbers as bytes: the small ones in few. */

/** Grows as it is written to. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(size = 1024) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte. */
  whole(value: number): void {
    this.#room(8);
    let left = value;
    while (left >= 0x80000000) {
      this.#bytes[this.length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    while (left >= 128) {
      this.#bytes[this.length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.length++] = left;
  }

  /** A whole number of either sign, up to 2^52 away from 0. */
  signed(value: number): void {
    this.whole(zigzag(value));
  }

  float(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** What was written, as a view that the next `clear` and write change. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a ByteWriter wrote. Past the end it throws. */
export class ByteReader {
  readonly #view: DataView;
  at = 0;

  constructor(readonly source: Uint8Array) {
    this.#view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  byte(): number {
    if (this.at >= this.source.length) throw new RangeError('the bytes end too early');
    return this.source[this.at++] as number;
  }

  whole(): number {
    let part = this.byte();
    if (part < 128) return part;
    let value = part & 127;
    let factor = 128;
    do {
      part = this.byte();
      value += (part & 127) * factor;
      factor *= 128;
    } while (part >= 128);
    return value;
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  float(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.source.length) throw new RangeError('the bytes end too early');
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }
}

/** Small numbers of either sign → small numbers from 0 on. */
export const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);

/** How many bytes `whole` takes. */
export function sizeOfWhole(value: number): number {
  let size = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) size++;
  return size;
}
