/** Readings as they come, to those who watch the device and may see it. */
import type { Namespace } from 'socket.io';
import type { Clock } from '../../devices/clock.ts';
import { inScope, type Placed } from '../scope.ts';
import type { Member } from './members.ts';
import type { ReadingItem } from './messages.ts';

export interface WatchingDeps {
  io: Pick<Namespace, 'to'>;
  clock: Clock;
  placed(device: string): Placed | undefined;
  /** Which devices' readings are wanted; replaces the set before (RulesCalls.watch). */
  watch(devices: string[]): void;
}

/** Changes of the set are told at most so often, ms. */
const tellMs = 50;
/** A client with so many packets waiting is not told of readings: they would be old. */
const maxWaiting = 32;

export class Watching {
  readonly #deps: WatchingDeps;
  readonly #watchers = new Map<string, Set<Member>>();
  #cancel: (() => void) | null = null;

  constructor(deps: WatchingDeps) {
    this.#deps = deps;
  }

  /** Takes the place of what it watched before. Gives back those that are there and in scope. */
  set(member: Member, devices: readonly string[]): string[] {
    const seen = [...new Set(devices)].filter((device) => this.#sees(member, device));
    for (const device of member.watched) {
      const watchers = this.#watchers.get(device);
      watchers?.delete(member);
      if (watchers?.size === 0) this.#watchers.delete(device);
    }
    member.watched = new Set(seen);
    for (const device of seen) {
      const watchers = this.#watchers.get(device);
      if (watchers) watchers.add(member);
      else this.#watchers.set(device, new Set([member]));
    }
    this.#cancel ??= this.#deps.clock.after(tellMs, () => {
      this.#cancel = null;
      this.#deps.watch([...this.#watchers.keys()]);
    });
    return seen;
  }

  readings(readings: readonly ReadingItem[]): void {
    for (const { device, ts, rx, values } of readings) {
      const watchers = this.#watchers.get(device);
      if (!watchers) continue;
      // Rights and places may have changed since it was asked for.
      const ids = [...watchers].filter((member) => this.#sees(member, device) && member.waiting < maxWaiting).map(({ socket }) => socket.id);
      if (ids.length > 0) this.#deps.io.to(ids).emit('reading', { device, ts, rx, values });
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #sees(member: Member, device: string): boolean {
    const placed = this.#deps.placed(device);
    return placed !== undefined && inScope(member.viewer.scope, placed);
  }
}
