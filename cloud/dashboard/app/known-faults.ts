/** The cloud's sentences on wrong input that a person meets often, and the key of each in both languages. Pure. */
const known = [
  [/^is required/, 'fault.required'],
  [/an id that is not taken|is taken|never used again/, 'fault.taken'],
  [/^1 to 64 letters|^an id: 1 to 64/, 'fault.id'],
  [/the id of an? .* that exists|that you may see/, 'fault.unknown'],
  [/^\d+ to \d+ characters$/, 'fault.length'],
  [/among the most common ones/, 'fault.common'],
  [/^the present password$/, 'fault.password'],
  [/an address that no other device has|each address once/, 'fault.address'],
  [/^16 hexadecimal digits/, 'fault.devEui'],
  [/^16 digits/, 'fault.code'],
  [/^four digits/, 'fault.class'],
  [/^digits 7 to 10/, 'fault.codeClass'],
  [/the first level/, 'fault.clear'],
  [/mildest first/, 'fault.levels'],
  [/^A photo is a JPEG/, 'fault.photoKind'],
  [/^A photo has at most \d+ bytes/, 'fault.photoBytes'],
  [/^A photo has at most \d+ pixels/, 'fault.photoPixels'],
  [/cannot be read as a picture/, 'fault.photoBroken'],
  [/^a position on .* or within \d+ m of it$/, 'fault.ground'],
  [/of a school: \{site\}/, 'fault.schoolScope'],
] as const;
export type FaultKey = (typeof known)[number][1];

export function knownFault(allowed: string): { key: FaultKey; fill: Record<string, string> } | null {
  const found = known.find(([pattern]) => pattern.test(allowed));
  if (!found) return null;
  const [from = '', to = ''] = allowed.match(/\d+/g) ?? [];
  return { key: found[1], fill: { from, to } };
}
