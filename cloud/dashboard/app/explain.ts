import { t } from '../words/words.svelte.ts';
import { Problem } from './api.ts';
import { knownFault } from './known-faults.ts';

/** A failure in a person's words: what failed, what is still true. */
export function explain(error: unknown): string {
  // A part of the page that is no longer there: another version has been installed since it was opened.
  if (error instanceof Error && /dynamically imported module|preload CSS/.test(error.message)) return t('error.page');
  if (!(error instanceof Problem)) return String(error);
  if (error.status === 0) return t('error.network');
  if (error.status === 401) return t('signin.expired');
  if (error.status === 403) return error.detail || t('error.forbidden');
  if (error.status === 404) return t('state.missing');
  if (error.status >= 500) return t('error.server', { status: error.status });
  const known = knownFault(error.detail);
  return known ? t(known.key, known.fill) : error.detail || error.title;
}
