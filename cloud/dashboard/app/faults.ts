import { t } from '../words/words.svelte.ts';
import { Problem } from './api.ts';
import { explain } from './explain.ts';

/** What is wrong with a form, field by field, as the cloud told it (`errors[].key` of RFC 9457). */
export interface Faults {
  /** Key (`departments.owner`, `codes[0].value`) → what is allowed there, in the person's words. */
  fields: Record<string, string>;
  /** What belongs to no field of the form. */
  rest: string | null;
}
export const noFaults: Faults = { fields: {}, rest: null };

/** The cloud's sentences that a person meets often, in both languages; another one is shown as it came. */
const known = [
  [/^is required/, 'fault.required'],
  [/an id that is not taken|is taken|never used again/, 'fault.taken'],
  [/^1 to 64 letters|^an id: 1 to 64/, 'fault.id'],
  [/the id of an? .* that exists|that you may see/, 'fault.unknown'],
  [/^\d+ to \d+ characters$/, 'fault.length'],
  [/the present password/, 'fault.password'],
  [/an address that no other device has|each address once/, 'fault.address'],
  [/16 hexadecimal digits/, 'fault.devEui'],
  [/^16 digits/, 'fault.code'],
  [/^four digits/, 'fault.class'],
  [/digits 7 to 10/, 'fault.codeClass'],
  [/the first level/, 'fault.clear'],
  [/mildest first/, 'fault.levels'],
] as const;

export function faultWords(allowed: string): string {
  const found = known.find(([pattern]) => pattern.test(allowed));
  if (!found) return allowed;
  const numbers = allowed.match(/\d+/g) ?? [];
  return t(found[1], { from: numbers[0] ?? '', to: numbers[1] ?? '' });
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
