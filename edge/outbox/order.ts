/** The order of telemetry, in memory: which rows are out, which is each device's latest, how far the backlog was walked. It knows ids, no bodies. */

export class SendOrder {
  /** The newest row of each device that is still on disk. */
  readonly #newest = new Map<string, number>();
  /** Of these, what was not taken yet; oldest first. */
  #latest = new Map<string, number>();
  /** Taken and not yet gone from the disk. */
  readonly #taken = new Set<number>();
  /** Every row up to it was taken, or is gone. */
  #walked = 0;

  added(device: string, id: number): void {
    this.#newest.set(device, id);
    this.#latest.delete(device);
    this.#latest.set(device, id);
  }

  gone(device: string, id: number): void {
    this.#taken.delete(id);
    if (this.#newest.get(device) === id) this.#newest.delete(device);
    if (this.#latest.get(device) === id) this.#latest.delete(device);
  }

  /** It is no longer on the disk, whoever it was of. */
  lost(id: number): void {
    for (const [device, newest] of this.#newest) if (newest === id) this.gone(device, id);
  }

  isTaken(id: number): boolean {
    return this.#taken.has(id);
  }

  /** The latest reading that has waited longest; null: all are taken, the backlog's turn. */
  nextLatest(): number | null {
    for (const id of this.#latest.values()) return id;
    return null;
  }

  /** Where the backlog goes on. */
  get walked(): number {
    return this.#walked;
  }

  take(device: string, id: number, backlog: boolean): void {
    this.#taken.add(id);
    if (this.#latest.get(device) === id) this.#latest.delete(device);
    if (backlog) this.#walked = id;
  }

  /** The backlog's walk came by a row that was taken as the latest. */
  pass(id: number): void {
    this.#walked = id;
  }

  /** Nothing is out any more; what is still on disk is sent from the beginning, the latest first. */
  rewind(): void {
    this.#taken.clear();
    this.#walked = 0;
    this.#latest = new Map([...this.#newest].sort((a, b) => a[1] - b[1]));
  }
}
