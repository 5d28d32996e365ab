/** What waits in memory for the next commit; bounded, since a full disk can hold it up for long. */
import type { Addition } from './outbox.ts';

/** One commit takes about so many bytes, so that its log stays small; more waits for the next. */
const groupBytes = 64 * 1024;
/** Telemetry beyond it is lost, oldest first, and counted. Events and replies are never. */
const maxBytes = 8 * 1024 * 1024;

interface Pending {
  addition: Addition;
  bytes: number;
  resolve: () => void;
}

export interface Group {
  additions: Addition[];
  forget: number[];
  lost: number;
  /** By so much the commit changes what waits. */
  waiting: number;
  /** Call when it is on disk. */
  done: () => void;
  pending: Pending[];
  forgotten: number;
}

export class Gathering {
  #pending: Pending[] = [];
  #forget: number[] = [];
  #forgotten = 0;
  #bytes = 0;
  #waiting = 0;
  #lost = 0;

  /** Readings, events and replies not yet committed, less those that are to be forgotten. */
  get waiting(): number {
    return this.#waiting - this.#forgotten;
  }

  /** Readings given up here and not yet counted on disk. */
  get lost(): number {
    return this.#lost;
  }

  get empty(): boolean {
    return this.#pending.length === 0 && this.#forget.length === 0 && this.#lost === 0;
  }

  /** Resolves when it is on disk. */
  add(addition: Addition): Promise<void> {
    return new Promise((resolve) => {
      const bytes = [...(addition.readings ?? []), ...(addition.urgent ?? [])].reduce((sum, { body, device }) => sum + body.length + device.length, 64);
      this.#pending.push({ addition, bytes, resolve });
      this.#bytes += bytes;
      this.#waiting += count(addition);
      if (this.#bytes > maxBytes) this.#relieve();
    });
  }

  /** `size`: what the parcel holds. */
  forget(key: number, size: number): void {
    this.#forget.push(key);
    this.#forgotten += size;
  }

  /** The next commit; what is added from now on belongs to the one after. */
  next(): Group {
    let bytes = 0;
    let take = 0;
    while (take < this.#pending.length && (take === 0 || bytes + (this.#pending[take] as Pending).bytes <= groupBytes)) bytes += (this.#pending[take++] as Pending).bytes;
    const pending = this.#pending.splice(0, take);
    const added = pending.reduce((sum, { addition }) => sum + count(addition), 0);
    const group: Group = {
      additions: pending.map(({ addition }) => addition),
      forget: this.#forget.splice(0),
      lost: this.#lost,
      waiting: added - this.#forgotten,
      forgotten: this.#forgotten,
      pending,
      done: () => {
        for (const one of pending) one.resolve();
      },
    };
    this.#bytes -= bytes;
    this.#waiting -= added;
    this.#forgotten = 0;
    this.#lost = 0;
    return group;
  }

  /** It could not be committed: it comes first again. */
  giveBack(group: Group): void {
    this.#pending.unshift(...group.pending);
    this.#forget.unshift(...group.forget);
    this.#lost += group.lost;
    this.#bytes += group.pending.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#waiting += group.waiting + group.forgotten;
    this.#forgotten += group.forgotten;
  }

  #relieve(): void {
    for (const one of this.#pending) {
      if (this.#bytes <= maxBytes * 0.9) return;
      const lost = one.addition.readings?.length ?? 0;
      if (lost === 0) continue;
      const freed = (one.addition.readings ?? []).reduce((sum, { body, device }) => sum + body.length + device.length, 0);
      one.addition = { ...one.addition, readings: [] };
      one.bytes -= freed;
      this.#bytes -= freed;
      this.#waiting -= lost;
      this.#lost += lost;
    }
  }
}

const count = ({ readings = [], urgent = [] }: Addition): number => readings.length + urgent.length;
