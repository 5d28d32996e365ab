import { createHash } from 'node:crypto';
import { monotonicFactory } from 'ulid';

/** Every id of ours matches this (contract, "HTTP and socket.io"); not "." and "..", which no address can name. */
export const idPattern = '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$';
const idRegExp = new RegExp(idPattern);
export const isId = (value: unknown): value is string => typeof value === 'string' && idRegExp.test(value);

/** Makes ULIDs that grow within this process, with the time handed in (milliseconds since 1970). */
export const newUlid: (now: number) => string = monotonicFactory();

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The same parts give the same id, for ever: 26 letters of Crockford's base 32 from SHA-256. What replays must make again is named so. */
export function derivedId(...parts: (string | number)[]): string {
  const digest = createHash('sha256').update(parts.join('\u0000')).digest();
  let id = '';
  for (let i = 0; i < 26; i++) id += crockford[(digest[i] as number) & 31];
  return id;
}
