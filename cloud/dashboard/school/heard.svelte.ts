import type { Device } from '../app/shapes.ts';
import { withReading } from '../device/latest.svelte.ts';
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
  #take(reading: Reading): void {
    const { device: id } = reading;
    const before = this.#latest.get(id) ?? this.#list().find((device) => device.id === id)?.latest ?? null;
    this.#latest = new Map([...this.#latest, [id, withReading(before, reading)]]);
  }
}
