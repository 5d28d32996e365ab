/**
 * The door of ingest: entry → readings and events. Decoding is pure: the same entry and the same devices give the same items,
 * so that each consumer decodes for itself. What is not understood comes out as parked, with its reason.
 */
import type { Baseline, Values } from '../../devices/kinds/kinds.ts';

/** What the path must know of a device. A part of the register's device, handed over as a change in the journal. */
export interface DeviceFacts {
  id: string;
  kind: string;
  agent: string | null;
  /** Agents it was bound to before, and until when (the cloud's clock, ms). */
  former: { agent: string; until: number }[];
  lifecycle: 'planned' | 'installed' | 'in service' | 'maintenance' | 'retired';
  grid: string | null;
  site: string | null;
  departments: { authority: string | null; owner: string | null; maintainer: string | null };
  addresses: { scheme: string; value: string }[];
  baseline: Baseline | null;
  model: string | null;
  interval_s: number | null;
  simulated: boolean;
}

export interface AgentFacts {
  id: string;
  role: 'agent' | 'bridge';
}

/** The changes that travel in the journal, in the order in which they were answered. `rules` are rules.ts' own, handed through. */
export type Change =
  | { type: 'devices'; devices: DeviceFacts[] }
  | { type: 'agents'; agents: AgentFacts[] }
  | { type: 'agent-removed'; agent: string }
  | { type: 'rule'; rule: unknown }
  /** An alert has found its case. */
  | { type: 'alert-case'; alert: string; case: string }
  /** A case was closed or voided; alerts without another end go with it. */
  | { type: 'case-ended'; case: string; alerts: string[]; how: 'closed' | 'void'; by: string; at: number };

/** As it stands in the journal: `n` grows with each; one that comes again after a crash has the same `n`. */
export type NumberedChange = Change & { n: number };

/** A reading that is understood. */
export interface Reading {
  device: DeviceFacts;
  /** Who brought it. */
  agent: string;
  boot: number | null;
  seq: number | null;
  /** What a sender without numbers is told apart by (ChirpStack's deduplicationId); null where there is none. */
  identity: string | null;
  /** Device clock as sent, ms. */
  sentTs: number;
  /** What it is stored under: `sentTs`, or the receive time where the device's clock is unset. */
  ts: number;
  rx: number;
  /** When it was on the agent's disk, and when it was sent, by the agent's clock, ms; null where that was not said. */
  kept: number | null;
  sent: number | null;
  clock: 'ok' | 'unset';
  values: Values;
  /** Metrics its kind does not know: counted, left out. */
  unknownMetrics: number;
  /** From a former agent, before the move: stored, judged by no rule. */
  former: boolean;
}

export interface DeviceEvent {
  device: DeviceFacts;
  agent: string;
  id: string;
  boot: number | null;
  seq: number | null;
  kind: string;
  ts: number;
  rx: number;
  kept: number | null;
  sent: number | null;
  clock: 'ok' | 'unset';
  data: Record<string, number | string | boolean>;
}

export interface Parked {
  reason: string;
  detail: string;
  agent: string;
  device: string | null;
  topic: string;
  rx: number;
  size: number;
  /** SHA-256 of the bytes, hex. */
  hash: string;
  /** The bytes; null where none may be kept (gates, cameras, unknown devices). */
  bytes: Uint8Array | null;
}

export type Item =
  | { type: 'reading'; reading: Reading }
  | { type: 'event'; event: DeviceEvent }
  | { type: 'reply'; agent: string; device: string; id: string; ok: boolean; result: unknown; error: string | null; ts: number }
  | { type: 'state'; agent: string; online: boolean; ts: number | null; boot: number | null; version: string | null }
  | { type: 'parked'; parked: Parked };

/** What a consumer knows of the register at its place in the journal. */
export interface DeviceView {
  device(id: string): DeviceFacts | undefined;
  /** `scheme` such as `devEui`; the value in lower case. */
  byAddress(scheme: string, value: string): DeviceFacts | undefined;
  agent(id: string): AgentFacts | undefined;
}

/**
 * A dialect: what a bridge says on topics of its own. `topic` is a filter with `+` for what it publishes, `downlink` for what it may subscribe to.
 * One more dialect is one new file and one line in `dialects/dialects.ts`.
 */
export interface Dialect {
  id: string;
  topic: string;
  downlink: string;
  /** Never throws: what it does not understand comes out as parked. */
  decode(message: { agent: string; topic: string; payload: Uint8Array; rx: number }, view: DeviceView): Item[];
}

export { decode } from './decode.ts';
export { DeviceTable } from './device-table.ts';
export { dialects } from './dialects/dialects.ts';
export { addNumber, gapsIn, rangesOf } from './numbers.ts';
export { emptyMemory, type Newest, type Place, place, type ReadingMemory } from './order.ts';
export { type ParkedReason, park, parkedReasons } from './park.ts';
export { Skew } from './skew.ts';
