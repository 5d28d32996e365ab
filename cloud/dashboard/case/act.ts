import { act, get, Problem } from '../app/api.ts';
import { lists } from '../app/lists.svelte.ts';
import { byName } from '../app/names.ts';
import type { Case } from '../app/shapes.ts';
import { minuteTime } from '../words/format.ts';
import { t, word } from '../words/words.svelte.ts';

export type CaseResult = { ok: true; case: Case } | { ok: false; conflict: string; case: Case };

/** What the other person did, in words: `该案件已由 何静 于 10:41 派遣`. */
export function conflictText(one: Case): string {
  // A photo or an alert that joined moves nothing: it was not that.
  const last = one.history.findLast((entry) => entry.action !== 'photo' && entry.action !== 'alert');
  if (!last) return t('conflict.short');
  return t('conflict.did', { name: byName(last.by), time: minuteTime(last.at, lists.zone), action: word('conflict', last.action) });
}

/**
 * Moves a case by an act. Someone else was first (409): the case as it is now comes back with what they did, and the caller offers the act again.
 * Throws a Problem for everything else.
 */
export async function actOnCase(one: Pick<Case, 'id' | 'version'>, action: string, more: Record<string, unknown> = {}): Promise<CaseResult> {
  const path = `/api/cases/${encodeURIComponent(one.id)}`;
  try {
    return { ok: true, case: await act<Case>('POST', `${path}/actions`, { action, version: one.version, ...more }) };
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error;
    const present = await get<Case>(path);
    // The same version: nobody was first, the step itself is not legal; its reason is the cloud's own sentence.
    const conflict = present.version === one.version ? error.detail || error.title : conflictText(present);
    return { ok: false, conflict, case: present };
  }
}
