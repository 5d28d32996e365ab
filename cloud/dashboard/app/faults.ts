import { t } from '../words/words.svelte.ts';
import { Problem } from './api.ts';
import { explain } from './explain.ts';
import { knownFault } from './known-faults.ts';

/** What is wrong with a form, field by field, as the cloud told it (`errors[].key` of RFC 9457). */
export interface Faults {
  /** Key (`departments.owner`, `codes[0].value`) → what is allowed there, in the person's words. */
  fields: Record<string, string>;
  /** What belongs to no field of the form. */
  rest: string | null;
}
export const noFaults: Faults = { fields: {}, rest: null };

/** A sentence of the cloud in the person's language, where it is one that a person meets often; another one as it came. */
export function faultWords(allowed: string): string {
  const known = knownFault(allowed);
  return known ? t(known.key, known.fill) : allowed;
}

/** `keys`: the fields that the form shows; a fault inside one (`position.lon`) belongs to the longest that begins it. */
export function faultsOf(error: unknown, keys: readonly string[]): Faults {
  const told = error instanceof Problem && Array.isArray(error.more.errors) ? (error.more.errors as { key?: unknown; allowed?: unknown }[]) : [];
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { key, allowed } of told) {
    if (typeof key !== 'string' || typeof allowed !== 'string') continue;
    const field = keys.filter((name) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`)).sort((a, b) => b.length - a.length)[0];
    if (field === undefined) rest.push(`${key}：${faultWords(allowed)}`);
    else fields[field] ??= faultWords(allowed);
  }
  if (Object.keys(fields).length === 0 && rest.length === 0) rest.push(error instanceof Problem ? faultWords(explain(error)) : explain(error));
  return { fields, rest: rest.length > 0 ? rest.join('；') : null };
}
