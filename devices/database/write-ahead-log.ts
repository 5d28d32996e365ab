/**
 * A write-ahead log of SQLite that was damaged on the disk (https://sqlite.org/walformat.html). SQLite takes the first frame whose checksum is wrong for the
 * end of the log: the commits behind it, which were on disk, would vanish without a word, and pages that were copied already would stand beside older ones.
 * So before anybody opens the database the checksums are looked at, and made anew where commits lie behind a wrong one: every frame counts again, and what
 * the damage has changed in its page is left to the checks of the rows.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { asideOf } from './aside.ts';

export interface LogDamage {
  /** 'mended': no commit is lost. 'cut short': the last commit is not whole and is left out, as SQLite does; where a crash was the cause, nobody was told of it. */
  how: 'mended' | 'cut short';
  sentence: string;
}

const magic = 0x377f0682;
const version = 3_007_000;
const headBytes = 32;
const frameHeadBytes = 24;

/** Looks at `database`'s log while no process has it open; null: nothing is wrong with it, or there is none. A log that is mended is kept aside as it was. */
export function mendLog(database: string, now: number): LogDamage | null {
  const file = `${database}-wal`;
  if (!existsSync(file)) return null;
  const log = new Log(new Uint8Array(readFileSync(file)), pageSizeOf(database));
  const damage = log.mend();
  if (damage === null) return null;
  const at = `${file} is damaged in ${damage.frame === null ? 'its head' : `frame ${damage.frame + 1}`} of ${log.frames} frames`;
  if (damage.how === 'cut short')
    return {
      how: 'cut short',
      sentence: `${at}: its last commit is not whole and is left out; where the machine has lost its power nobody was told of it, else the disk has changed it since.`,
    };
  const aside = asideOf(file, now);
  copyFileSync(file, aside);
  replace(file, log.bytes);
  return { how: 'mended', sentence: `${at}: its checksums were made anew, so that no commit behind it is lost; as it was it is kept as ${aside}.` };
}

/** As the head of the database says; 0: it says nothing. */
function pageSizeOf(database: string): number {
  if (!existsSync(database)) return 0;
  const head = Buffer.alloc(18);
  const handle = openSync(database, 'r');
  readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  const size = head.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

/** Whole or not at all. */
function replace(file: string, bytes: Uint8Array): void {
  const partial = `${file}.partial`;
  for (const [path, flags, data] of [
    [partial, 'w', bytes],
    [dirname(file), 'r', null],
  ] as const) {
    const handle = openSync(path, flags, 0o600);
    if (data) writeSync(handle, data);
    else renameSync(partial, file);
    fsyncSync(handle);
    closeSync(handle);
  }
}

type Pair = readonly [number, number];
const same = (one: Pair, other: Pair): boolean => one[0] === other[0] && one[1] === other[1];

class Log {
  readonly #view: DataView;
  readonly #pageSize: number;
  readonly frames: number;

  constructor(
    readonly bytes: Uint8Array,
    pageSize: number,
  ) {
    this.#view = new DataView(bytes.buffer);
    this.#pageSize = this.#headIsWhole() ? this.#view.getUint32(8) : pageSize;
    this.frames = this.#pageSize < 512 ? 0 : Math.max(0, Math.floor((bytes.length - headBytes) / (frameHeadBytes + this.#pageSize)));
  }

  /** Makes it one that SQLite reads to its end. null: it was. `frame`: the first that is damaged; null: the head. */
  mend(): { how: LogDamage['how']; frame: number | null } | null {
    if (this.frames === 0) return null;
    const headIsWhole = this.#headIsWhole();
    if (!headIsWhole) this.#describe();
    // Cut off in the moment of its making.
    if (same(this.#pair(16), [0, 0])) return null;
    const whole = Array.from({ length: this.frames }, (_, frame) => this.#isWhole(frame));
    const damaged = whole.indexOf(false);
    const first = damaged < 0 ? this.frames : damaged;
    const counted = this.#lastThatCounted(first, whole);
    if (!headIsWhole) {
      if (counted === null && first === 0) return { how: 'cut short', frame: null };
      this.#sumHead();
      this.#sumFrames(0, counted ?? first - 1);
      return { how: 'mended', frame: null };
    }
    if (counted !== null) {
      this.#sumFrames(first, counted);
      return { how: 'mended', frame: first };
    }
    return this.#goesOn(first) ? { how: 'cut short', frame: first } : null;
  }

  /**
   * The last commit behind the damage at `first` that was on disk for certain; null: there is none. What a crash cuts short is one commit: a whole frame
   * behind the end of the damaged one was written when that one counted.
   */
  #lastThatCounted(first: number, whole: boolean[]): number | null {
    let end: number | null = null;
    let counted: number | null = null;
    for (let frame = first; frame < this.frames; frame++) {
      if (frame > first && !this.#isOfThisLog(frame)) continue;
      if (end === null) {
        if (this.#commits(frame)) end = frame;
      } else if (whole[frame]) counted = this.#commits(frame) ? frame : (counted ?? end);
    }
    return counted;
  }

  /** Frames of this log, or the beginning of one, lie behind `first`. */
  #goesOn(first: number): boolean {
    for (let frame = first; frame < this.frames; frame++) if (this.#isOfThisLog(frame)) return true;
    return this.bytes.length >= this.#at(this.frames) + 16 && this.#isOfThisLog(this.frames);
  }

  #headIsWhole(): boolean {
    if (this.bytes.length < headBytes || (this.#view.getUint32(0) & ~1) >>> 0 !== magic || this.#view.getUint32(4) !== version) return false;
    return same(this.#sums(0, 24, [0, 0]), this.#pair(24));
  }

  /** What the head should say: the salts of its first frame, the database's page size, and the checksum that fits its first frame. */
  #describe(): void {
    this.#view.setUint32(0, magic);
    this.#view.setUint32(4, version);
    this.#view.setUint32(8, this.#pageSize);
    this.bytes.copyWithin(16, headBytes + 8, headBytes + 16);
    const said = this.#pair(24);
    this.#sumHead();
    if (!this.#isWhole(0)) this.#put(24, said);
  }

  #sumHead(): void {
    this.#put(24, this.#sums(0, 24, [0, 0]));
  }

  #sumFrames(from: number, to: number): void {
    for (let frame = from; frame <= to; frame++) {
      const at = this.#at(frame);
      this.bytes.copyWithin(at + 8, 16, 24);
      this.#put(at + 16, this.#sumsOf(frame));
    }
  }

  #at(frame: number): number {
    return headBytes + frame * (frameHeadBytes + this.#pageSize);
  }
  /** By its salts; others are left over from before the log began anew. */
  #isOfThisLog(frame: number): boolean {
    return same(this.#pair(this.#at(frame) + 8), this.#pair(16));
  }
  #commits(frame: number): boolean {
    return this.#view.getUint32(this.#at(frame) + 4) !== 0;
  }
  /** Going by the checksum that stands in the frame before. */
  #isWhole(frame: number): boolean {
    return this.#isOfThisLog(frame) && same(this.#sumsOf(frame), this.#pair(this.#at(frame) + 16));
  }
  #sumsOf(frame: number): Pair {
    const at = this.#at(frame);
    const before = this.#pair(frame === 0 ? 24 : this.#at(frame - 1) + 16);
    return this.#sums(at + frameHeadBytes, at + frameHeadBytes + this.#pageSize, this.#sums(at, at + 8, before));
  }

  #sums(from: number, to: number, [first, second]: Pair): Pair {
    const little = (this.#view.getUint32(0) & 1) === 0;
    let a = first;
    let b = second;
    for (let at = from; at < to; at += 8) {
      a = (a + this.#view.getUint32(at, little) + b) >>> 0;
      b = (b + this.#view.getUint32(at + 4, little) + a) >>> 0;
    }
    return [a, b];
  }

  #pair(at: number): Pair {
    return [this.#view.getUint32(at), this.#view.getUint32(at + 4)];
  }
  #put(at: number, [a, b]: Pair): void {
    this.#view.setUint32(at, a);
    this.#view.setUint32(at + 4, b);
  }
}
