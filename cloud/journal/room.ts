/** How the journal's bound is shared out: a tenth of it is for events alone. Pure; time is handed in. */

/** Parts of `maxBytes`. Between `hold` and `reserve` lies what telemetry still gets in the seconds after it was asked to hold. */
const hold = 0.8;
const reserve = 0.9;
const release = 0.7;
/** How long after `flow: false` telemetry is still taken (contract, topic `flow`), ms. */
export const graceMs = 10_000;

export class Room {
  #heldSince: number | null = null;

  constructor(readonly maxBytes: number) {}

  /** Whether agents may send telemetry. */
  get flow(): boolean {
    return this.#heldSince === null;
  }

  /** To be told after every change of `usedBytes`. true: `flow` has changed. `mono`: ms of a monotonic clock. */
  update(usedBytes: number, mono: number): boolean {
    if (this.#heldSince === null && usedBytes >= hold * this.maxBytes) this.#heldSince = mono;
    else if (this.#heldSince !== null && usedBytes < release * this.maxBytes) this.#heldSince = null;
    else return false;
    return true;
  }

  /** Whether telemetry that would make `usedBytes` of it is still taken. */
  takesTelemetry(usedBytes: number, mono: number): boolean {
    if (this.#heldSince !== null && mono - this.#heldSince >= graceMs) return false;
    return usedBytes <= reserve * this.maxBytes;
  }
}
