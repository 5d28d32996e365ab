/**
 * The self-clocking group commit: one commit at a time, and all that arrived while it ran is the next group. No window to wait for: at any rate this has the
 * lowest latency (ingest-path.md 2.6).
 */
import type { Clock } from '../../devices/clock.ts';
import { reasonOf, retry } from '../../devices/errors.ts';
import { withoutTelemetry } from './codec.ts';
import type { JournalFile } from './journal-file.ts';
import type { JournalTime } from './journal-time.ts';
import type { Room } from './room.ts';

/** Why something was not written: `share` says whether all of the part was refused or its telemetry alone. */
export interface Refusal {
  share: 'telemetry' | 'all';
  code: 'journal-full' | 'journal-disk';
  message: string;
}

/** What arrived in one piece: committed as one, answered as one. */
export interface Part {
  data: Uint8Array;
  n: number;
  /** How many of the `n` count as telemetry. */
  telemetry: number;
  answer(refusal: Refusal | null): void;
}

export interface GroupCommitEvents {
  /** After each group, its parts answered: `bytes` more in a new row, or null when there is none. */
  committed(bytes: number | null): void;
  flow(on: boolean): void;
}

/** A group is closed once it holds this much; a single larger part is a group of its own. */
const groupBytes = 1 << 20;

export class GroupCommit {
  #queue: Part[] = [];
  /** More than one part never makes a larger group. */
  readonly #group = Buffer.allocUnsafeSlow(groupBytes);
  #scheduled = false;
  #used = 0;
  #in = 0;
  #accepted = 0;
  #rejected = 0;
  commitMs = 0;
  error: string | null = null;
  /** When the last row was written, on the monotonic clock. */
  lastCommit = Number.NEGATIVE_INFINITY;

  constructor(
    readonly file: JournalFile,
    readonly time: JournalTime,
    readonly room: Room,
    readonly clock: Clock,
    readonly events: GroupCommitEvents,
  ) {}

  /** Entries handed in, committed, refused and not yet committed. */
  get counts() {
    return { in: this.#in, accepted: this.#accepted, rejected: this.#rejected, waiting: this.#in - this.#accepted - this.#rejected };
  }
  get idle(): boolean {
    return this.#queue.length === 0;
  }
  get usedBytes(): number {
    return this.#used;
  }

  append(part: Part): void {
    this.#in += part.n;
    this.#queue.push(part);
    this.#schedule();
  }

  /** Looks again at the room in the file, after rows were removed. */
  measure(): void {
    this.#used = this.file.usedBytes();
    if (this.room.update(this.#used, this.clock.mono())) this.events.flow(this.room.flow);
  }

  /** Commits all that waits, now. */
  drain(): void {
    while (this.#queue.length > 0) this.#commit();
  }

  /** By setImmediate: every message that lies in the ports by then belongs to the group. */
  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#queue.length === 0) return;
      this.#commit();
      this.#schedule();
    });
  }

  #commit(): void {
    const parts = this.#nextGroup();
    const refusals: (Refusal | null)[] = [];
    const pieces: Uint8Array[] = [];
    const began = this.clock.mono();
    let n = 0;
    let bytes = 0;
    for (const part of parts) {
      const full = part.telemetry > 0 && !this.room.takesTelemetry(this.#used + bytes + part.data.length, began);
      const kept = full ? withoutTelemetry(part.data, part.n) : part;
      refusals.push(full ? { share: 'telemetry', code: 'journal-full', message: `the journal's room for telemetry is full (${this.room.maxBytes} bytes)` } : null);
      if (kept.n === 0) continue;
      pieces.push(kept.data);
      bytes += kept.data.length;
      n += kept.n;
    }
    const failure = n > 0 ? this.#insert(n, pieces) : null;
    parts.forEach((part, i) => {
      const refusal = failure ?? refusals[i] ?? null;
      const refused = refusal === null ? 0 : refusal.share === 'all' ? part.n : part.telemetry;
      this.#rejected += refused;
      this.#accepted += part.n - refused;
      part.answer(refusal);
    });
    this.commitMs = this.clock.mono() - began;
    const written = n > 0 && failure === null;
    this.events.committed(written ? bytes : null);
    if (written) this.measure();
  }

  #nextGroup(): Part[] {
    let bytes = 0;
    let end = 0;
    while (end < this.#queue.length && (end === 0 || bytes + (this.#queue[end] as Part).data.length <= groupBytes)) bytes += (this.#queue[end++] as Part).data.length;
    return this.#queue.splice(0, end);
  }

  /** One buffer of all pieces: a kept one, as a fresh one of some hundred kilobytes for each group costs more than the commit's own work. */
  #joined(pieces: Uint8Array[]): Uint8Array {
    if (pieces.length === 1) return pieces[0] as Uint8Array;
    let end = 0;
    for (const piece of pieces) {
      this.#group.set(piece, end);
      end += piece.length;
    }
    return this.#group.subarray(0, end);
  }

  #insert(n: number, pieces: Uint8Array[]): Refusal | null {
    try {
      this.file.insert(this.time.now(), n, this.#joined(pieces));
    } catch (thrown) {
      this.error = reasonOf(thrown);
      return { share: 'all', code: 'journal-disk', message: `the journal's disk refused: ${this.error}` };
    }
    this.error = null;
    this.lastCommit = this.clock.mono();
    return null;
  }
}

/** A refusal as the error of the contract: to be tried again. */
export const refused = ({ code, message }: Refusal) => retry(code, message);
