/**
 * The door of the outbox: what the agent has to say, on disk before it is sent, and forgotten only when the cloud has acknowledged it.
 * It also keeps the little that an agent must remember over a restart, so that a reading and what follows from it are one transaction.
 */

export { ThreadOutbox } from './client.ts';

/** One telemetry message: a JSON object without `device`. */
export interface ReadingEntry {
  device: string;
  body: string;
}

/** An event or a reply: never dropped, never behind telemetry. `body` is the JSON payload. */
export interface UrgentEntry {
  device: string;
  what: 'event' | 'reply';
  body: string;
}

/** A command that was taken on, and how it was answered; `reply` is null until then. */
export interface CommandMemo {
  id: string;
  reply: string | null;
}

/** What is committed together, or not at all. */
export interface Addition {
  readings?: ReadingEntry[];
  urgent?: UrgentEntry[];
  commands?: CommandMemo[];
  /** Remembered values by key; null forgets. */
  state?: [key: string, value: string | null][];
}

/**
 * One publish: a single event or reply, or one or more readings. `key` names it to `forget`. `kept`: when the first of it was on disk, ms since 1970; null
 * where that was before this start.
 */
export type Parcel = { key: number; kept: number | null } & ({ urgent: UrgentEntry } | { readings: ReadingEntry[] });

/** How much the uplink can carry now. */
export interface Room {
  publishes: number;
  /** false: events and replies only. */
  telemetry: boolean;
}

/** A publish carries at most so many readings … */
export const maxReadings = 200;
/** … and so many bytes. */
export const maxParcelBytes = 128 * 1024;

export interface OutboxStats {
  /** On disk and not yet acknowledged: readings, events and replies. */
  waiting: number;
  /** Readings given up for want of room, since the data folder began. */
  dropped: number;
}

/** What was on disk at the start. */
export interface Beginning {
  /** Of this start: larger than any before it. */
  boot: number;
  state: Map<string, string>;
}

export interface Outbox {
  /** Opens the file and claims it. Throws fatal where another process has it, or a newer version wrote it. */
  start(): Promise<Beginning>;
  /** Resolves when it is on disk. Additions reach the disk in the order of the calls. */
  add(addition: Addition): Promise<void>;
  /**
   * What to send next, in the order of the contract: events and replies, then each device's latest reading, then the backlog. What was taken is not
   * given again until `rewind`.
   */
  take(room: Room): Promise<Parcel[]>;
  /** The cloud has it on disk. */
  forget(key: number): void;
  /** A new connection: all that was taken and not forgotten is to be sent again. */
  rewind(): Promise<void>;
  /** null: never heard of. */
  command(id: string): Promise<CommandMemo | null>;
  stats(): OutboxStats;
  /** Calls `tell` whenever there may be more to take, or a count has changed. */
  onChange(tell: () => void): void;
  /** Calls `tell` when the outbox can never work again. */
  onFailure(tell: (error: Error) => void): void;
  /** Everything added is on disk when it resolves. */
  stop(): Promise<void>;
}
