/** A body that holds one thing or an array of them. */
import Type, { type TSchema } from 'typebox';

export const oneOrMany = <S extends TSchema>(schema: S, most = 1000) =>
  Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: most, description: `1 to ${most} of them` })]);

/** `place` is what stands before a key in an error: the index, where it was an array. */
export function each<T extends object>(body: T | T[]): { inputs: T[]; many: boolean; place: (index: number) => string } {
  return Array.isArray(body) ? { inputs: body, many: true, place: (index) => `[${index}].` } : { inputs: [body], many: false, place: () => '' };
}

export const idParams = <K extends string>(key: K, allowed = 'an id') =>
  Type.Object({ [key]: Type.String({ maxLength: 200, description: allowed }) } as { [P in K]: ReturnType<typeof Type.String> });
