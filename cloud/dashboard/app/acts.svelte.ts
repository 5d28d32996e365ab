import { SvelteMap } from 'svelte/reactivity';
import { live } from '../live/live.svelte.ts';
import { t } from '../words/words.svelte.ts';
import { act, Problem } from './api.ts';
import { explain } from './explain.ts';
import type { Alert } from './shapes.ts';
import { toasts } from './toasts.svelte.ts';

/** What a person does to alerts. While the cloud cannot be reached an act waits, marked, and is sent when it is back. */
class Acts {
  /** By alert. A record of $state would keep each alert that was ever asked for; a map keeps what is in it. */
  #waiting = new SvelteMap<string, 'sending' | 'queued'>();
  #queue = new Map<string, () => Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  waiting(alert: string): 'sending' | 'queued' | undefined {
    return this.#waiting.get(alert);
  }

  acknowledge(alerts: readonly string[]): void {
    for (const id of alerts) if (live.alert(id)?.state === 'firing') this.#put(id, () => this.#post(id, 'ack'));
  }
  resolve(alert: string): void {
    this.#put(alert, () => this.#post(alert, 'resolve'));
  }

  async #post(id: string, action: 'ack' | 'resolve'): Promise<void> {
    // The change itself comes over the socket, as for everybody else.
    await act<Alert>('POST', `/api/alerts/${encodeURIComponent(id)}/${action}`, {});
  }
  #put(id: string, run: () => Promise<void>): void {
    if (this.#waiting.has(id)) return;
    this.#waiting.set(id, 'sending');
    this.#queue.set(id, run);
    void this.#run(id);
  }
  async #run(id: string): Promise<void> {
    const run = this.#queue.get(id);
    if (!run) return;
    try {
      await run();
    } catch (error) {
      if (error instanceof Problem && error.status === 0) {
        this.#waiting.set(id, 'queued');
        this.#timer ??= setTimeout(() => {
          this.#timer = null;
          for (const waiting of this.#queue.keys()) void this.#run(waiting);
        }, 2000);
        return;
      }
      toasts.fail(t('error.title') + t('sentence.colon') + explain(error), error);
    }
    this.#queue.delete(id);
    this.#waiting.delete(id);
  }
}
export const acts = new Acts();
