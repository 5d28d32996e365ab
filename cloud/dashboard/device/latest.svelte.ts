import { devices } from '../app/lists.svelte.ts';
import type { Device, Latest } from '../app/shapes.ts';
import { live, type Reading } from '../live/live.svelte.ts';

/** What is known after a reading more. */
export function withReading(before: Latest | null, { ts, rx, values }: Reading): Latest {
  const at = { ...before?.at };
  for (const name of Object.keys(values)) at[name] = ts;
  return { sentTs: null, clock: 'ok', skewMs: null, ...before, ts, rx, values: { ...before?.values, ...values }, at };
}

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
        this.#live = withReading(this.#live ?? devices.peek(id)?.latest ?? null, reading);
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
