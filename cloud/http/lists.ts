/** The shape of every list: `{items, next, total}`, `limit=` to 1,000, an opaque `cursor=`. */
import Type, { type TProperties, type TSchema } from 'typebox';
import { invalid } from '../refusal.ts';

export const listOf = <S extends TSchema>(item: S) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], { description: 'the `cursor` of what follows; null at the end' }),
    total: Type.Integer({ description: 'of all that match' }),
  });

/** A query string: these keys and no others. */
export const query = <P extends TProperties>(keys: P) => Type.Object(keys, { additionalProperties: false });

export const paging = (defaultLimit = 100) => ({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: defaultLimit, description: 'a whole number from 1 to 1000' })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'the `next` of the list before' })),
});

/** A place in a list as the outside sees it. */
export const toCursor = (place: string | number | object): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Throws where a cursor is not one of ours. */
export function fromCursor<T>(cursor: string | undefined, isPlace: (value: unknown) => value is T): T | undefined {
  if (cursor === undefined) return undefined;
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    place = undefined; // told below, like any other text that is not a place
  }
  if (!isPlace(place)) throw invalid([{ key: 'cursor', value: cursor, allowed: 'the `next` of a list of this route' }]);
  return place;
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
