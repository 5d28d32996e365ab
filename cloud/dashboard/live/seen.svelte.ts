import { get, type List } from '../app/api.ts';
import { now } from '../app/now.svelte.ts';
import type { Alert } from '../app/shapes.ts';
import { live } from './live.svelte.ts';
import { type Rate, rateOf } from './rate.ts';

/** The alerts of the last hour, open or ended, for the alert rate and for "the last one, and when". */
class Seen {
  #openedAt = new Map<string, number>();
  #version = $state(0);
  last = $state.raw<Alert | null>(null);
  readonly rate: Rate = $derived.by(() => {
    this.#version;
    // Once in ten seconds is enough for bars of five minutes.
    return rateOf(this.#openedAt.values(), Math.floor(now.ms / 10_000) * 10_000 + 9999);
  });

  start(): () => void {
    const stop = live.onRaised(({ alert, why }) => {
      if (why === 'new') this.#put(alert);
    });
    get<List<Alert>>('/api/alerts?limit=500').then(
      ({ items }) => {
        for (const alert of items.toReversed()) this.#put(alert);
      },
      // The rate then counts from now on; the feed itself does not hang on it.
      (error: unknown) => console.warn('past alerts not loaded', error),
    );
    return stop;
  }
  #put(alert: Alert): void {
    this.#openedAt.set(alert.id, alert.rx);
    if (!this.last || alert.rx > this.last.rx) this.last = alert;
    const old = Date.now() - 3_600_000;
    // They came in the order of their times, all but the first few.
    for (const [id, at] of this.#openedAt) {
      if (at >= old) break;
      this.#openedAt.delete(id);
    }
    this.#version++;
  }
}
export const seen = new Seen();
