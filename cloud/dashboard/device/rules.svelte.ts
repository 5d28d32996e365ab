import { all } from '../app/api.ts';
import type { ThresholdRule } from './limits.ts';

/** The rules in force, loaded once when a device is first looked at; null while they are not (the kinds' own limits stand in). */
class Rules {
  threshold = $state.raw<ThresholdRule[] | null>(null);
  #asked = false;
  want(): void {
    if (this.#asked) return;
    this.#asked = true;
    all<{ type: string }>('/api/rules').then(
      (rules) => {
        this.threshold = rules.filter((rule) => rule.type === 'threshold') as ThresholdRule[];
      },
      (error: unknown) => {
        this.#asked = false;
        console.warn('rules not loaded, the limits of the kinds are shown', error);
      },
    );
  }
  /** After a change of the rules. */
  forget(): void {
    this.#asked = false;
    this.want();
  }
}
export const rules = new Rules();
