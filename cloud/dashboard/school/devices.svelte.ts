import { all, Problem } from '../app/api.ts';
import { devices } from '../app/lists.svelte.ts';
import type { Device } from '../app/shapes.ts';

/** The devices of a campus, asked for once and then kept current by the live view. */
class CampusDevices {
  #ids = $state.raw<ReadonlyMap<string, readonly string[]>>(new Map());
  failure = $state.raw<unknown>(null);

  /** Inside an $effect: asks now and every five minutes (a device may be added). Returns how to stop. */
  follow(site: string): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const ask = async () => {
      try {
        const found = await all<Device>(`/api/devices?site=${encodeURIComponent(site)}`);
        for (const device of found) devices.put(device);
        this.#ids = new Map([...this.#ids, [site, found.map(({ id }) => id)]]);
        this.failure = null;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.failure = error;
      } finally {
        if (!stopped) timer = setTimeout(ask, this.failure ? 5000 : 300_000);
      }
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }
  loaded(site: string): boolean {
    return this.#ids.has(site);
  }
  of(site: string): Device[] {
    return (this.#ids.get(site) ?? []).map((id) => devices.peek(id)).filter((device) => device !== undefined && device !== null);
  }
}
export const campus = new CampusDevices();
