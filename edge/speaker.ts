/** Gives what is said its number and its text, and hands it to the outbox: readings and events count separately, per device, within a boot. */
import type { Values } from '../devices/kinds/kinds.ts';
import type { Addition } from './outbox/outbox.ts';

export interface SaidEvent {
  /** A ULID. */
  id: string;
  ts: number;
  kind: string;
  data: Record<string, number | string | boolean>;
}

export class Speaker {
  readonly #device: string;
  readonly #boot: number;
  #readings = 0;
  #events = 0;

  constructor(device: string, boot: number) {
    this.#device = device;
    this.#boot = boot;
  }

  /** Adds a reading. `ts` is the device's clock in milliseconds. */
  reading(to: Addition, ts: number, values: Values): void {
    const body = JSON.stringify({ boot: this.#boot, seq: this.#readings++, ts, values });
    to.readings ??= [];
    to.readings.push({ device: this.#device, body });
  }

  /** Adds an event. */
  event(to: Addition, { id, ts, kind, data }: SaidEvent): void {
    const body = JSON.stringify({ id, boot: this.#boot, seq: this.#events++, ts, kind, data });
    to.urgent ??= [];
    to.urgent.push({ device: this.#device, what: 'event', body });
  }
}
