/**
 * The common telemetry payload read from its bytes: what agents of ours write, one reading or an array of them in JSON without blanks, escapes or
 * anything but numbers and flags among the values. Costs a third of JSON.parse with a check behind it; whatever else comes is left to these.
 */
import { isId } from '../../devices/ids.ts';
import type { Values } from '../../devices/kinds/kinds.ts';
import { ByteCache } from '../byte-cache.ts';

/** As `ReadingPayload`. */
export interface PlainReading {
  device: string | undefined;
  kept: number | undefined;
  sent: number | undefined;
  boot: number | undefined;
  seq: number | undefined;
  ts: number;
  values: Values;
}

const ascii = (letter: string) => letter.charCodeAt(0);
const [quote, comma, colon, minus, point, zero] = [ascii('"'), ascii(','), ascii(':'), ascii('-'), ascii('.'), ascii('0')];
const [openArray, closeArray, openObject, closeObject] = [ascii('['), ascii(']'), ascii('{'), ascii('}')];
/** With so many digits the whole number is exact, and its quotient by a power of ten the nearest float: what JSON.parse gives. */
const mostDigits = 15;
const powersOfTen = Array.from({ length: mostDigits + 1 }, (_, i) => 10 ** i);

const latin = new TextDecoder('latin1');
/** Names of members, metrics and devices; null for one that JSON.parse must look at. */
const names = new ByteCache<string | null>((bytes) => {
  const name = latin.decode(bytes);
  return isId(name) && name !== '__proto__' ? name : null;
}, 1 << 12);

/** undefined: not of the plain form, whatever else it may be. What comes back is what JSON.parse would give, and passes `readingCheck`. */
export function plainReadings(payload: Uint8Array): PlainReading | PlainReading[] | undefined {
  return new Scanner(payload).whole();
}

/** What is not plain moves it to the end, where nothing more is found. */
class Scanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  whole(): PlainReading | PlainReading[] | undefined {
    const found = this.#bytes[0] === openArray ? this.#batch() : this.#reading();
    return this.#at === this.#bytes.length ? found : undefined;
  }

  #batch(): PlainReading[] | undefined {
    const batch: PlainReading[] = [];
    do {
      this.#at++;
      const one = this.#reading();
      if (one === undefined) return undefined;
      batch.push(one);
    } while (this.#bytes[this.#at] === comma);
    return this.#passes(closeArray) ? batch : undefined;
  }

  #reading(): PlainReading | undefined {
    let device: string | undefined;
    let kept: number | undefined;
    let sent: number | undefined;
    let boot: number | undefined;
    let seq: number | undefined;
    let ts: number | undefined;
    let values: Values | undefined;
    if (this.#bytes[this.#at] !== openObject) return undefined;
    do {
      this.#at++;
      const member = this.#name();
      if (!this.#passes(colon)) return undefined;
      if (member === 'seq' && seq === undefined) seq = this.#count();
      else if (member === 'ts' && ts === undefined) ts = this.#number();
      else if (member === 'values' && values === undefined) values = this.#values();
      else if (member === 'boot' && boot === undefined) boot = this.#count();
      else if (member === 'device' && device === undefined) device = this.#name();
      else if (member === 'sent' && sent === undefined) sent = this.#number();
      else if (member === 'kept' && kept === undefined) kept = this.#number();
      else return undefined;
    } while (this.#bytes[this.#at] === comma);
    return this.#passes(closeObject) && ts !== undefined && values !== undefined ? { device, kept, sent, boot, seq, ts, values } : undefined;
  }

  #values(): Values {
    const values: Values = {};
    if (this.#bytes[this.#at] !== openObject) this.#fail();
    do {
      this.#at++;
      const metric = this.#name();
      if (metric === undefined || !this.#passes(colon)) return values;
      const value = this.#flag() ?? this.#number();
      if (value === undefined) return values;
      values[metric] = value;
    } while (this.#bytes[this.#at] === comma);
    if (!this.#passes(closeObject)) this.#fail();
    return values;
  }

  #name(): string | undefined {
    if (!this.#passes(quote)) return this.#fail();
    const from = this.#at;
    let end = from;
    while (this.#bytes[end] !== quote) if (++end >= this.#bytes.length) return this.#fail();
    this.#at = end + 1;
    return names.get(this.#bytes, from, end) ?? this.#fail();
  }

  #flag(): boolean | undefined {
    const first = this.#bytes[this.#at];
    if (first === ascii('t')) return this.#word('true') ? true : undefined;
    return first === ascii('f') && this.#word('false') ? false : undefined;
  }

  #word(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) return false;
    this.#at += word.length;
    return true;
  }

  #count(): number | undefined {
    const number = this.#number();
    return number !== undefined && Number.isInteger(number) && number >= 0 ? number : this.#fail();
  }

  #number(): number | undefined {
    const bytes = this.#bytes;
    const isNegative = bytes[this.#at] === minus;
    const from = isNegative ? this.#at + 1 : this.#at;
    let at = from;
    let value = 0;
    let digit = (bytes[at] as number) - zero;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = (bytes[++at] as number) - zero;
    }
    let digits = at - from;
    // A number of JSON begins with a digit, and with a zero only where that is its whole part.
    if (digits === 0 || (digits > 1 && bytes[from] === zero)) return this.#fail();
    if (bytes[at] === point) {
      const decimalsFrom = ++at;
      digit = (bytes[at] as number) - zero;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = (bytes[++at] as number) - zero;
      }
      const decimals = at - decimalsFrom;
      digits += decimals;
      if (decimals === 0 || digits > mostDigits) return this.#fail();
      value /= powersOfTen[decimals] as number;
    } else if (digits > mostDigits) return this.#fail();
    this.#at = at;
    return isNegative ? -value : value;
  }

  #passes(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #fail(): undefined {
    this.#at = this.#bytes.length;
    return undefined;
  }
}
