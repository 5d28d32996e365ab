import { get, type List, Problem } from '../app/api.ts';
import { lists } from '../app/lists.svelte.ts';
import type { Case } from '../app/shapes.ts';
import { live } from '../live/live.svelte.ts';
import { dayStart } from '../words/format.ts';
import { inStageSince } from './columns.ts';

/** The cases closed today. The socket tells only of open ones, so this list is asked for again when one leaves them, at most every five seconds. */
class Closed {
  today = $state.raw<Case[]>([]);
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Inside an $effect: follows the open cases. Returns how to stop. */
  follow(): () => void {
    const stop = $effect.root(() => {
      let before = new Set<string>();
      $effect(() => {
        const open = new Set(live.cases.map((one) => one.id));
        const left = [...before].some((id) => !open.has(id));
        const first = before.size === 0;
        before = open;
        if (left || first) this.#soon(first ? 0 : 800);
      });
    });
    return () => {
      stop();
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = null;
    };
  }
  #soon(ms: number): void {
    this.#timer ??= setTimeout(async () => {
      try {
        const { items } = await get<List<Case>>('/api/cases?stage=closed&limit=500');
        const since = dayStart(live.cloudTime(Date.now()), lists.zone);
        this.today = items.filter((one) => inStageSince(one) >= since);
      } catch (error) {
        // The column keeps what it had; the live indicator tells of a lost cloud.
        if (!(error instanceof Problem)) throw error;
      } finally {
        setTimeout(() => {
          this.#timer = null;
        }, 4000);
      }
    }, ms);
  }
}
export const closed = new Closed();
