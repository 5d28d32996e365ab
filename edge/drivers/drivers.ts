/** The door of the drivers: what speaks to hardware. One more driver is one file and one line in `driverTypes`. A driver knows a protocol, not a meaning. */
import type { TObject } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import type { Kind, Values } from '../../devices/kinds/kinds.ts';
import type { Logger } from '../../devices/log.ts';
import type { Memory } from '../memory.ts';
import { simulated } from './simulated/simulated.ts';

export interface PastReading {
  /** Milliseconds since 1970 UTC. */
  ts: number;
  values: Values;
}

/** A command that was checked against the kind. `id` is the command's own. */
export interface Call {
  id: string;
  name: string;
  args: Record<string, unknown>;
}

/** What a driver is given. All of it is of one device. */
export interface DriverContext {
  device: string;
  kind: Kind;
  clock: Clock;
  log: Logger;
  /** The driver's own memory over restarts. */
  memory: Memory;
  /** An event of the kind has happened at the device: it is sent at once. */
  emit(event: string, data?: Record<string, number | string | boolean>): void;
  /** Something has changed: sample and report now, not only when the interval is over. */
  attention(): void;
  /** Hands a picture up to the cloud for the command that asked for it. Rejects with a GwError. */
  handIn(command: string, picture: { bytes: Uint8Array; type: 'image/jpeg' | 'image/png' }): Promise<void>;
}

export interface Driver {
  start(): void;
  /** The device's values now, in its kind's metrics; null: it does not answer. May throw. */
  sample(): Values | null | Promise<Values | null>;
  /** Does it, and resolves with the reply's result. Rejects with the reason where it cannot be done. Never called for what the agent does itself. */
  command(call: Call): Promise<Record<string, unknown>>;
  /** What the device has recorded before this agent first knew it, oldest first. Asked once ever, before the first sample. */
  history?(): PastReading[];
  /** Twice is harmless. */
  stop(): void;
}

export interface DriverType {
  type: string;
  /** The driver's part of the agent's file, `type` included; unknown keys are refused. */
  schema: TObject;
  /** Why these options do not fit this kind, as "key: what is allowed"; null: they do. `options` match the schema. */
  refuse(options: object, kind: Kind): string | null;
  create(options: object, context: DriverContext): Driver;
}

export const driverTypes: readonly DriverType[] = [simulated];

export const driverTypeOf = (type: string): DriverType | undefined => driverTypes.find((one) => one.type === type);
