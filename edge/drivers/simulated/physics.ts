/** What each kind of simulated device must be able to do. One more kind is one file here and one line in `simulated.ts`. */
import type { Values } from '../../../devices/kinds/kinds.ts';
import type { Memory } from '../../memory.ts';
import type { Call } from '../drivers.ts';

/** Every act that any simulated device knows. */
export const actNames = [
  'tilt',
  'water',
  'battery',
  'sos',
  'sos-cancel',
  'tamper',
  'test',
  'lamp-fail',
  'forced-open',
  'held-open',
  'duress',
  'cover-camera',
  'signal-lost',
  'moved',
  'intrusion',
  'silent',
] as const;
export type ActName = (typeof actNames)[number];

/** Something is being done to the device. */
export interface Act {
  act: ActName;
  value: number | null;
  /** Milliseconds since 1970. */
  since: number;
  /** null: until somebody ends it. */
  until: number | null;
}

export interface Happening {
  event: string;
  data?: Record<string, number | string | boolean>;
}

/** What physics is given; `at` is always handed in. */
export interface PhysicsContext {
  device: string;
  seed: number;
  memory: Memory;
  /** The act of that name in force; null: there is none. */
  acting(name: ActName): Act | null;
  /** Ends an act before its time. */
  endAct(name: ActName): void;
  handIn(command: string, picture: { bytes: Uint8Array; type: 'image/jpeg' | 'image/png' }): Promise<void>;
}

export interface Physics {
  /** The values at an instant of the past or now; the same for the same seed, instant and acts. */
  values(at: number): Values;
  /** An act begins: what the device tells at once. */
  begun?(act: Act): Happening[];
  ended?(act: Act): Happening[];
  /** Does it, or rejects with the reason. */
  command(call: Call, at: number): Promise<Record<string, unknown>>;
}

export interface PhysicsType {
  kind: string;
  /** The acts it knows, beside `silent`. */
  acts: readonly ActName[];
  /** What goes wrong by chance. */
  faults: readonly { act: ActName; values?: readonly [number, number]; for_s: readonly [number, number] }[];
  create(context: PhysicsContext): Physics;
}
