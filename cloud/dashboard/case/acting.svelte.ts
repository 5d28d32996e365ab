import { explain } from '../app/explain.ts';
import type { Case } from '../app/shapes.ts';
import { toasts } from '../app/toasts.svelte.ts';
import { t, word } from '../words/words.svelte.ts';
import { actOnCase } from './act.ts';
import type { Opened } from './opened.svelte.ts';

/** What a person is doing to the opened case. The typed note stays until an act has taken it. */
export class Acting {
  note = $state('');
  busy = $state<string | null>(null);
  /** What someone else did meanwhile, or why the cloud said no. */
  refused = $state<string | null>(null);
  #opened: () => Opened;

  constructor(opened: () => Opened) {
    this.#opened = opened;
  }

  /** Returns whether it was done. */
  async run(action: string, more: Record<string, unknown> = {}): Promise<boolean> {
    const opened = this.#opened();
    const one = opened.one;
    if (!one || this.busy !== null) return false;
    this.busy = action;
    try {
      const note = this.note.trim();
      const result = await actOnCase(one, action, { ...(note ? { note } : {}), ...more });
      opened.take(result.case);
      if (!result.ok) {
        this.refused = result.conflict;
        return false;
      }
      this.done(result.case, action);
      return true;
    } catch (error) {
      this.refused = explain(error);
      return false;
    } finally {
      this.busy = null;
    }
  }
  /** Also for an act that another dialog did. */
  done(one: Case, action: string): void {
    this.#opened().take(one);
    this.note = '';
    this.refused = null;
    toasts.say(action === 'note' ? t('case.noteSaved') : t('case.done', { what: word('did', action) }));
  }
  async reload(): Promise<void> {
    await this.#opened().load();
    this.refused = null;
  }
}
