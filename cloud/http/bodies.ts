/** Bodies: as they are, of one thing or an array of them. */
import type { FastifyInstance } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { Refusal } from '../refusal.ts';

/** What unfolds is not unfolded: a few kilobytes may stand for gigabytes. */
export function addPlainBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw new Refusal('unsupported-media', 'A body is taken as it is, without Content-Encoding.');
  });
}

export const oneOrMany = <S extends TSchema>(schema: S, most = 1000) =>
  Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: most, description: `1 to ${most} of them` })]);

/** `place` is what stands before a key in an error: the index, where it was an array. */
export function each<T extends object>(body: T | T[]): { inputs: T[]; many: boolean; place: (index: number) => string } {
  return Array.isArray(body) ? { inputs: body, many: true, place: (index) => `[${index}].` } : { inputs: [body], many: false, place: () => '' };
}

export const idParams = <K extends string>(key: K, allowed = 'an id') =>
  Type.Object({ [key]: Type.String({ maxLength: 200, description: allowed }) } as { [P in K]: ReturnType<typeof Type.String> });
