/** For tests by properties: one seed for all of them, run counts that `npm run faults` multiplies, and input that is nearly right. */
import fc from 'fast-check';

/** FC_SEED makes other runs; FC_TIMES makes more of them. */
export const seed = Number(process.env.FC_SEED ?? 20_261_124);
const times = Number(process.env.FC_TIMES ?? 1);
fc.configureGlobal({ seed, numRuns: 100 * times });

export { fc };
export const runs = (few: number) => ({ numRuns: few * times });
/** The time limit of a test of so many runs, ms. */
export const patience = (few: number) => 20_000 + few * times * 200;

type Edit = { at: number } & ({ put: number } | { cut: number } | { insert: Uint8Array } | { again: number });
const at = fc.nat();
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ at, put: fc.nat(255) }) },
  { weight: 1, arbitrary: fc.record({ at, cut: fc.integer({ min: 1, max: 64 }) }) },
  { weight: 1, arbitrary: fc.record({ at, insert: fc.uint8Array({ minLength: 1, maxLength: 16 }) }) },
  { weight: 1, arbitrary: fc.record({ at, again: fc.integer({ min: 1, max: 64 }) }) },
);

function edited(bytes: Buffer, one: Edit): Buffer {
  const here = one.at % (bytes.length + 1);
  const before = bytes.subarray(0, here);
  if ('put' in one) return Buffer.concat([before, Buffer.from([one.put]), bytes.subarray(here + 1)]);
  if ('cut' in one) return Buffer.concat([before, bytes.subarray(here + one.cut)]);
  if ('insert' in one) return Buffer.concat([before, one.insert, bytes.subarray(here)]);
  return Buffer.concat([before, bytes.subarray(here, here + one.again), bytes.subarray(here)]);
}

/** Bytes that were right, with a few of them changed, cut out, put in or said twice; `keep` leaves so many at the beginning. */
export const nearly = (originals: readonly Uint8Array[], keep = 0): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...originals), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([original, edits]) => Buffer.concat([original.subarray(0, keep), edits.reduce(edited, Buffer.from(original.subarray(keep)))]));

/** Bytes in pieces: as one, or cut at some places. */
export const inPieces = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer[]> =>
  fc.tuple(bytes, fc.array(fc.nat(), { maxLength: 4 })).map(([whole, places]) => {
    const cuts = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
    return cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end));
  });

/** What JSON.stringify cannot say, by the text that stands for it until then. */
const unsayable: Record<string, string> = {
  '#deep': `${'['.repeat(12_000)}${']'.repeat(12_000)}`,
  '#deeper': `${'{"a":'.repeat(12_000)}1${'}'.repeat(12_000)}`,
  '#infinite': '1e999',
  '#fine': '0.1234567890123456789012345678901234567890',
  '#whole': '123456789012345678901234567890',
  '#proto': '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
};
/** Values that are seldom thought of. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 53, 8.64e15 + 1, '', ' ', '\0', '\ud800', '\u202e', '../..', '%00', '=1+1', '1', 'null', [], {}, [
    [],
  ]),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'x'.repeat(5000), ...Object.keys(unsayable)),
  fc.jsonValue({ maxDepth: 2 }),
);

type Place = { path: number[]; how: 'replace' | 'remove' | 'add'; key: string; value: unknown };
const place: fc.Arbitrary<Place> = fc.record({
  path: fc.oneof({ weight: 9, arbitrary: fc.array(fc.nat(), { minLength: 1, maxLength: 4, size: 'max' }) }, { weight: 1, arbitrary: fc.constant<number[]>([]) }),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add'),
  key: fc.oneof(fc.constantFrom('__proto__', 'constructor', '', 'id', 'ts', 'values', 'device'), fc.string({ maxLength: 8 })),
  value: odd,
});

function changed(whole: unknown, { path, how, key, value }: Place): unknown {
  const root = { whole };
  let holder: Record<string, unknown> = root;
  let name = 'whole';
  for (const step of path) {
    const inside = holder[name];
    const keys = typeof inside === 'object' && inside !== null ? Object.keys(inside) : [];
    if (keys.length === 0) break;
    holder = inside as Record<string, unknown>;
    name = keys[step % keys.length] as string;
  }
  if (how === 'remove') delete holder[name];
  else if (how === 'add' && typeof holder[name] === 'object' && holder[name] !== null)
    Object.defineProperty(holder[name], key, { value, enumerable: true, configurable: true, writable: true });
  else holder[name] = value;
  return root.whole;
}

/** A value as JSON, with what JSON.stringify cannot say. */
export const jsonOf = (value: unknown): string => (JSON.stringify(value) ?? '').replaceAll(/"(#\w+)"/g, (quoted, name) => unsayable[name] ?? quoted);

/** The text of JSON that was right, with a few places of it made odd. */
export const nearlyJson = (originals: readonly unknown[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...originals), fc.oneof({ weight: 4, arbitrary: fc.tuple(place) }, { weight: 1, arbitrary: fc.array(place, { minLength: 2, maxLength: 4 }) }))
    .map(([original, places]) => jsonOf(places.reduce(changed, structuredClone(original))));

/** The parts of a JSON schema that ours use. */
export interface Schema {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  prefixItems?: readonly Schema[];
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

/** Texts that are seldom thought of. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  odd.map((value) => (typeof value === 'string' ? value : jsonOf(value))),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('<script>alert(1)</script>', "' or 1=1 --", '%', '_', '*', '井盖', '\u{1f6a8}', 'a\r\nb: c', '1e2', 'W10', 'IjAi', 'MTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw'),
);

/** What fits a schema, and is odd within it. `words` are tried where a text has a pattern, and now and then elsewhere. */
export function fitting(schema: Schema, words: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => fitting(one, words)));
  if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map((one) => fitting(one, words)));
  if (schema.type === 'array') return fc.array(fitting(schema.items ?? {}, words), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 5, 5) });
  if (schema.type === 'object' && schema.properties)
    return fc.record(Object.fromEntries(Object.entries(schema.properties).map(([key, part]) => [key, fitting(part, words)])), { requiredKeys: [...(schema.required ?? [])] });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum: min = schema.type === 'integer' ? -(2 ** 53) : -1e308, maximum: max = schema.type === 'integer' ? 2 ** 53 : 1e308 } = schema;
    return schema.type === 'integer'
      ? fc.oneof(fc.integer({ min: Math.max(min, -5), max: Math.min(max, 50) }), fc.constantFrom(min, max))
      : fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max));
  }
  if (schema.type === 'string') {
    const { minLength = 0, maxLength = 10_000, pattern } = schema;
    const fits = (text: string) => text.length >= minLength && text.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(text));
    const known = words.filter(fits);
    if (pattern !== undefined) return known.length > 0 ? fc.constantFrom(...known) : fc.stringMatching(new RegExp(pattern));
    const free = oddText.map((text) => text.slice(0, maxLength).padEnd(minLength, 'x'));
    return known.length > 0 ? fc.oneof(free, fc.constantFrom(...known)) : free;
  }
  return odd;
}
