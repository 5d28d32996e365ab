/**
 * The borders between the threads of the default process: what each may be asked and what it tells. A thread's border is where a machine's
 * border can be later, so nothing here shares memory. Calls go by birpc over a MessagePort; the hot paths have ports of their own.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Value, Values } from '../../devices/kinds/kinds.ts';
import type { LogLevel } from '../../devices/log.ts';
import type { AlertAct, AlertActResult, PlacedAlert } from '../alerts/alerts.ts';
import type { Hops } from '../hops.ts';
import type { Entry, JournalStats, Share } from '../journal/journal.ts';
import type { Series, TelemetryQuery } from '../telemetry/telemetry.ts';

/** What every stage of the path counts, since the process began: in = accepted + rejected + repeats + parked + waiting. */
export interface StageCounts {
  in: number;
  accepted: number;
  rejected: number;
  repeats: number;
  parked: number;
  waiting: number;
  /** How far behind it is, in milliseconds; null where that means nothing. */
  lagMs: number | null;
  /** Anything more worth telling: history, reused, events, unknown metrics, bytes. */
  more?: Record<string, number | string | null>;
}

// ——— broker ———

export interface Credential {
  id: string;
  role: 'agent' | 'bridge';
  /** SHA-256 of the token, hex. */
  tokenHash: string;
}

export interface BrokerData {
  host: string;
  port: number;
  logLevel: LogLevel;
  maxPacketBytes: number;
  /** What bridges may publish and subscribe to: topic filters of the dialects. */
  dialects: { topic: string; downlink: string }[];
  /** To the journal: AppendRequest out, AppendAnswer in. */
  journal: MessagePort;
}

/** Main → broker. */
export interface BrokerCalls {
  /** Replaces all credentials; called once before `listen`. */
  setCredentials(all: Credential[]): void;
  putCredential(one: Credential): void;
  /** Cuts the agent off at once. */
  removeCredential(id: string): void;
  listen(): Promise<{ port: number }>;
  /** Publishes to an agent that is connected and subscribed; resolves on its PUBACK. `away`: not connected or not subscribed; `failed`: no PUBACK. */
  send(agent: string, topic: string, payload: string): Promise<'done' | 'away' | 'unheard' | 'failed'>;
  /** A bridge's downlink: to whoever of that bridge's connections subscribed to the topic. */
  sendDownlink(bridge: string, topic: string, payload: string): Promise<'done' | 'away' | 'unheard' | 'failed'>;
  stats(): GateStats;
  stop(): Promise<void>;
}
/** Broker → main. */
export interface BrokerTells {
  connected(agent: string): void;
  /** It can be sent to from now on. */
  subscribed(agent: string): void;
  disconnected(agent: string, clean: boolean): void;
}
export interface GateStats extends StageCounts {
  connections: number;
  /** What agents are told of `flow` now. */
  telemetry: boolean;
  hops: Hops;
  /** Of each agent with a connection: since when (ms), and how often of late a second connection took the place of the first. */
  online: Map<string, { since: number; takeovers: number }>;
}

// ——— journal ———

export interface JournalData {
  file: string;
  maxBytes: number;
  logLevel: LogLevel;
  /** One for each consumer, by name; FromJournal out, ToJournal in. */
  consumers: Record<string, MessagePort>;
  /** From the broker: AppendRequest in, AppendAnswer out. */
  broker: MessagePort;
}
export interface AppendRequest {
  id: number;
  /** How many entries, and how many of these count as telemetry. */
  n: number;
  telemetry: number;
  /** The entries as cloud/journal/codec.ts writes them, in the first `bytes` of a buffer that is transferred, and comes back with the answer to be used again. */
  data: ArrayBuffer;
  bytes: number;
}
/** One message a group. `share`: `telemetry` when the events of the requests were taken all the same. */
export type AppendAnswer = { ids: number[]; used: ArrayBuffer[]; refused?: { share: 'telemetry' | 'all'; code: string; message: string } } | { flow: boolean };
/** Main → journal. */
export interface JournalCalls {
  append(entries: Entry[], share: Share): Promise<void>;
  /** The cloud listens from now on (`start` is written) or no longer; the journal's time goes on only while it does. */
  listening(on: boolean): Promise<void>;
  stats(): JournalStats;
  stop(): Promise<void>;
}

// ——— rules (ingest, rules, alerts) ———

export interface RulesData {
  /** Its own SQLite file, and the journal's to read from. */
  file: string;
  journalFile: string;
  logLevel: LogLevel;
  journal: MessagePort;
}
export type Status = 'ok' | 'warning' | 'alarm' | 'offline' | 'unknown';
export interface Latest {
  ts: number;
  rx: number;
  /** What the device's clock said of it; where that is no time of today, `clock` is unset and `ts` is `rx`. */
  sentTs: number;
  clock: 'ok' | 'unset';
  /** How far that clock is ahead of the cloud's (negative: behind); null: not known, for what comes late looks like what a clock that is behind says. */
  skewMs: number | null;
  /** The newest value of each metric ever heard, and when it was measured. */
  values: Values;
  at: Record<string, number>;
}
export interface AgentCounts {
  lastSeen: number | null;
  received: number;
  repeats: number;
  reused: number;
  parked: number;
  /** Numbers of the boots now remembered that never came. */
  gaps: number;
  version: string | null;
  boot: number | null;
  /** How far its clock is ahead of the cloud's (negative: behind), by what it says of when it sent something; null: it did not say. */
  skewMs: number | null;
}
export interface LiveReading {
  device: string;
  ts: number;
  rx: number;
  values: Values;
}
/** What must follow from a commit of the rules, in the main thread; told until `done`, so the taker is idempotent by `seq` or by what it holds. */
export type Outgoing = { seq: number } & (
  | { type: 'case-wanted'; alert: PlacedAlert; maintainer: string | null }
  | { type: 'reply'; agent: string; device: string; id: string; ok: boolean; result: unknown; error: string | null; ts: number }
);
/** Main → rules. */
export interface RulesCalls {
  latest(devices: string[]): Map<string, Latest>;
  /** Replaces the watched set; readings of these are told as they come. */
  watch(devices: string[]): void;
  act(act: AlertAct): Promise<AlertActResult>;
  done(seqs: number[]): void;
  /** All that is not done, oldest first; asked once at the start. */
  undone(): Outgoing[];
  /** Parked messages, newest first, those before the `n` of an id. */
  parked(limit: number, before: number | null): ParkedRow[];
  /** How many are still listed. */
  parkedTotal(): number;
  agents(): Map<string, AgentCounts>;
  /** `error`: why its disk refuses what was judged; null when nothing is wrong. */
  stats(): { ingest: StageCounts; rules: StageCounts; alerts: StageCounts; position: number; historyPerSecond: number; error: string | null; hops: Hops };
  /** Every status that is not `unknown`, once, at the start. */
  statuses(): { id: string; status: Status }[];
  stop(): Promise<void>;
}
/** What raised or renewed an alert: when its commit was on disk, and when it was measured, both by the cloud's clock; null where its agent's is not known. */
export interface Raised {
  committed: number;
  measured: number | null;
}
/** Rules → main; after the commit, in order. */
export interface RulesTells {
  alerts(changed: PlacedAlert[], raised: Raised[]): void;
  statuses(changed: { id: string; status: Status }[]): void;
  readings(readings: LiveReading[]): void;
  outgoing(rows: Outgoing[]): void;
}

// ——— telemetry ———

export interface TelemetryData {
  /** Its own SQLite file (cursor, parked; and the readings where no InfluxDB is configured), and the journal's. */
  file: string;
  journalFile: string;
  logLevel: LogLevel;
  journal: MessagePort;
  influx: { version: 1; url: string; database: string } | { version: 2; url: string; org: string; bucket: string; token: string } | null;
}
/** Main → telemetry. */
export interface TelemetryCalls {
  query(query: TelemetryQuery): Promise<Series[] | { tooMany: true; every: string }>;
  /** Readings. `position`: the journal's row up to which none is missing in the store. `error`: why the store takes nothing now. */
  stats(): Promise<StageCounts & { position: number; store: string; error: string | null; hops: Hops }>;
  /** Readings that the store refused, newest first, those before the `n` of an id. */
  parked(limit: number, before: number | null): Promise<ParkedRow[]>;
  parkedTotal(): Promise<number>;
  stop(): Promise<void>;
}

// ——— inspection ———

export interface InspectionData {
  /** The data folder. */
  folder: string;
}
/** Main → inspection. */
export interface InspectionCalls {
  /** Looks at all that lies there, as long as it takes; what is wrong, in sentences. */
  look(): string[];
  stop(): Promise<void>;
}

export type { Value };

/** A parked message as `/api/parked` lists it, newest first. */
export interface ParkedRow {
  id: string;
  at: number;
  /** Where on the path: `ingest`, or `telemetry` (the store refused it). */
  stage: string;
  reason: string;
  detail: string;
  agent: string | null;
  device: string | null;
  topic: string | null;
  size: number;
  hash: string;
  /** Base64; null where none may be kept or they have made room. */
  bytes: string | null;
}
