import { SvelteMap } from 'svelte/reactivity';
import { all, get } from './api.ts';
import type { Department, Device, Grid, Installation, Kind, Site } from './shapes.ts';

/** What all parts of the page look up by id: loaded once after sign-in, small enough to keep. */
class Lists {
  installation = $state.raw<Installation | null>(null);
  kinds = $state.raw<ReadonlyMap<string, Kind>>(new Map());
  grids = $state.raw<ReadonlyMap<string, Grid>>(new Map());
  departments = $state.raw<ReadonlyMap<string, Department>>(new Map());
  sites = $state.raw<ReadonlyMap<string, Site>>(new Map());
  ready = $state(false);
  error = $state.raw<unknown>(null);

  async load(): Promise<void> {
    this.error = null;
    try {
      const byId = <T extends { id: string }>(items: T[]) => new Map(items.map((item) => [item.id, item]));
      const [installation, kinds, departments, sites, grids] = await Promise.all([
        get<Installation>('/api/installation'),
        get<{ items: Kind[] }>('/api/kinds'),
        all<Department>('/api/departments'),
        all<Site>('/api/sites'),
        all<Grid>('/api/grids'),
      ]);
      this.installation = installation;
      this.kinds = byId(kinds.items);
      this.departments = byId(departments);
      this.sites = byId(sites);
      this.grids = byId(grids);
      this.ready = true;
    } catch (error) {
      this.error = error;
    }
  }
  /** The district's civil time. */
  get zone(): string {
    return this.installation?.timezone ?? 'Asia/Shanghai';
  }
}
export const lists = new Lists();

/** Devices by id, fetched one by one when something visible wants them (a feed row, a card), at most six at a time. */
class Devices {
  #known = new SvelteMap<string, Device | null>();
  #wanted: string[] = [];
  #asked = new Set<string>();
  #running = 0;

  /** undefined: on its way; null: not found or out of scope. Asking is enough to have it fetched. */
  peek(id: string | null | undefined): Device | null | undefined {
    if (!id) return null;
    const device = this.#known.get(id);
    if (device === undefined && !this.#asked.has(id)) {
      this.#asked.add(id);
      this.#wanted.push(id);
      queueMicrotask(() => this.#work());
    }
    return device;
  }
  put(device: Device): void {
    this.#asked.add(device.id);
    this.#known.set(device.id, device);
  }
  /** What the socket says of a device that we hold. */
  change(id: string, change: Partial<Device>): void {
    const held = this.#known.get(id);
    if (held) this.#known.set(id, { ...held, ...change });
  }
  #work(): void {
    while (this.#running < 6) {
      // The newest wish first: it is what is on the screen now.
      const id = this.#wanted.pop();
      if (id === undefined) return;
      this.#running++;
      get<Device>(`/api/devices/${encodeURIComponent(id)}`)
        .then(
          (device) => {
            this.#known.set(id, device);
          },
          (error: unknown) => {
            if ((error as { status?: number }).status === 404) this.#known.set(id, null);
            // Anything else may pass: it is asked again when it is wanted again.
            else this.#asked.delete(id);
          },
        )
        .finally(() => {
          this.#running--;
          this.#work();
        });
    }
  }
}
export const devices = new Devices();
