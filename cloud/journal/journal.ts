/**
 * The door of the journal: what was acknowledged is on disk, in the only order there is.
 * One SQLite row per group commit; a position is that row's number; a consumer's cursor is the last row it has done with.
 */

/** What happened, in the order in which it was written down. */
export type Entry =
  /** A packet that the gate accepted. `agent` is who said it (a bridge, too); the gate did not look inside. */
  | { type: 'publish'; agent: string; topic: string; payload: Uint8Array; rx: number }
  | { type: 'connect'; agent: string; rx: number }
  /** `clean`: the agent said DISCONNECT itself (a device that sleeps). */
  | { type: 'disconnect'; agent: string; clean: boolean; rx: number }
  /** A change of register, rules or cases that what comes after is judged by. Opaque here; JSON. */
  | { type: 'change'; change: unknown; rx: number }
  /** The cloud begins to listen: every earlier connection is over. */
  | { type: 'start'; rx: number }
  /** An idle second. */
  | { type: 'tick'; rx: number };

/** `rx`: the cloud's wall clock when it came in, milliseconds since 1970 UTC. */
export interface Row {
  row: number;
  /** The journal's own time in milliseconds: goes on by the monotonic clock while the cloud listens, stands still while it does not. null: the row is damaged. */
  jt: number | null;
  entries: Entry[];
  /** Set where the row on the disk is not what was written: what is known of it, in one sentence; it then comes without entries. */
  damaged?: string;
}

/** What a message weighs for: a tenth of the journal is kept for events (contract, `GW_JOURNAL_MAX_MB`). */
export type Share = 'telemetry' | 'event';

export interface JournalStats {
  /** Entries handed in, committed, refused and not yet committed, since the start of the process. */
  in: number;
  accepted: number;
  rejected: number;
  waiting: number;
  bytes: number;
  maxBytes: number;
  lastRow: number;
  firstRow: number;
  /** The last commit's duration in milliseconds. */
  commitMs: number;
  /** Why the disk refused last; null when the last commit went well. */
  error: string | null;
  /** What was lost with a damaged file, in one sentence; null: nothing. */
  damage: string | null;
}

/**
 * The writing side. A promise that resolves means: on disk (fsync). One that is refused means: not written, nothing kept of it;
 * the error's `next` is 'retry' (full: code `journal-full`, disk: code `journal-disk`).
 */
export interface JournalWriter {
  append(entries: Entry[], share: Share): Promise<void>;
}

/** The reading side, in a consumer's own thread. */
export interface JournalReader {
  /** Rows after `row`, oldest first, up to about `maxBytes`; empty when there are none. */
  read(row: number, maxBytes: number): Row[];
  close(): void;
}

/** Between the journal's thread and a consumer's, over a MessagePort. */
export type FromJournal = { lastRow: number };
/** The consumer has all up to `row` on its own disk: it may be removed. Sent once at the start, too. `jt`: the journal's time as it knows it. */
export type ToJournal = { durable: number; jt?: number };

export { EntryWriter } from './codec.ts';
export { openJournalReader } from './reader.ts';
