import { live } from '../live/live.svelte.ts';
import { get, type List, Problem, withQuery } from './api.ts';
import { lists } from './lists.svelte.ts';
import type { Device } from './shapes.ts';

/** How many devices there are, in all and of each kind, and how many of a kind are abnormal: for the counters and the map's layers. */
export interface KindTally {
  total: number;
  alarm: number;
  warning: number;
}
class Tally {
  total = $state<number | null>(null);
  kinds = $state.raw<Record<string, KindTally>>({});
  #busy = false;
  #again = false;
  #users = 0;
  #stop: (() => void) | null = null;

  /** Inside an $effect: follows the statuses, asking at most every ten seconds. Returns how to stop. */
  follow(): () => void {
    if (this.#users++ === 0)
      this.#stop = $effect.root(() => {
        $effect(() => {
          live.statusVersion;
          if (lists.ready && live.loaded) void this.#ask([...lists.kinds.keys()]);
        });
      });
    return () => {
      if (--this.#users === 0) this.#stop?.();
    };
  }
  async #ask(kinds: string[]): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#again = false;
    const count = async (query: Record<string, string>) => (await get<List<Device>>(withQuery('/api/devices', { ...query, limit: 1 }))).total;
    try {
      this.total = await count({});
      const next: Record<string, KindTally> = {};
      for (const kind of kinds) {
        const [total, alarm, warning] = await Promise.all([count({ kind }), count({ kind, status: 'alarm' }), count({ kind, status: 'warning' })]);
        next[kind] = { total, alarm, warning };
      }
      this.kinds = next;
    } catch (error) {
      // Old figures stay; the live indicator tells of a lost cloud.
      if (!(error instanceof Problem)) throw error;
    } finally {
      setTimeout(() => {
        this.#busy = false;
        if (this.#again) void this.#ask(kinds);
      }, 10_000);
    }
  }
}
export const tally = new Tally();
