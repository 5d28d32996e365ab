import type { Device } from '../app/shapes.ts';
import { live, type Reading } from '../live/live.svelte.ts';

/** Devices with their newest readings as they come: for the few of one campus. Use inside a component. */
export class Heard {
  #latest = $state.raw<ReadonlyMap<string, NonNullable<Device['latest']>>>(new Map());
  readonly #list: () => readonly Device[];

  constructor(list: () => readonly Device[]) {
    this.#list = list;
    const ids = $derived(
      list()
        .map(({ id }) => id)
        .join(' '),
    );
    $effect(() => {
      const stops = ids
        .split(' ')
        .filter(Boolean)
        .map((id) => live.watch(id, (reading) => this.#take(reading)));
      return () => {
        for (const stop of stops) stop();
      };
    });
  }
  get devices(): Device[] {
    return this.#list().map((device) => {
      const latest = this.#latest.get(device.id);
      return latest && (!device.latest || latest.rx >= device.latest.rx) ? { ...device, latest } : device;
    });
  }
  #take({ device: id, ts, rx, values }: Reading): void {
    const before = this.#latest.get(id) ?? this.#list().find((device) => device.id === id)?.latest ?? null;
    const at = { ...before?.at };
    for (const name of Object.keys(values)) at[name] = ts;
    this.#latest = new Map([...this.#latest, [id, { ts, rx, values: { ...before?.values, ...values }, at }]]);
  }
}
