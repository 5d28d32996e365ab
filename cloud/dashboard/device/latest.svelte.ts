import { devices } from '../app/lists.svelte.ts';
import type { Device, Latest } from '../app/shapes.ts';
import { live } from '../live/live.svelte.ts';

/** A device's newest values: what the register told, then each reading as it comes. Use inside a component. */
export class LatestOf {
  #live = $state.raw<Latest | null>(null);
  #device: () => Device | null | undefined;

  constructor(device: () => Device | null | undefined) {
    this.#device = device;
    $effect(() => {
      const id = device()?.id;
      this.#live = null;
      if (!id) return;
      return live.watch(id, (reading) => {
        const before = this.#live ?? devices.peek(id)?.latest ?? null;
        const at = { ...before?.at };
        for (const name of Object.keys(reading.values)) at[name] = reading.ts;
        this.#live = { ts: reading.ts, rx: reading.rx, values: { ...before?.values, ...reading.values }, at };
      });
    });
  }
  get current(): Latest | null {
    const device = this.#device();
    if (!device) return null;
    if (this.#live && (!device.latest || this.#live.rx >= device.latest.rx)) return this.#live;
    return device.latest;
  }
}
