import Type from 'typebox';
import { expect, test } from 'vitest';
import { compile, validatorCompiler } from '../../../cloud/http/validation.ts';
import { fc } from '../../kit/fuzz.ts';

const strict = { additionalProperties: false };
const Thing = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z]+$', description: 'small letters' }),
    place: Type.Optional(Type.Union([Type.Object({ lon: Type.Number({ description: 'degrees' }) }, strict), Type.Null()])),
    state: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off'), Type.Null()])),
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 2 }))),
  },
  strict,
);
const OneOrMany = Type.Union([Thing, Type.Array(Thing, { minItems: 1, description: 'at least one' })]);
const ByType = Type.Union([Type.Object({ type: Type.Literal('a'), n: Type.Number() }, strict), Type.Object({ type: Type.Literal('b'), s: Type.String() }, strict)]);

const faults = (schema: Parameters<typeof compile>[0], value: unknown) => compile(schema)(value).map(({ key, allowed }) => [key, allowed]);

test('what fits has no fault', () => {
  expect(faults(OneOrMany, { id: 'a', place: null, state: 'on' })).toEqual([]);
  expect(faults(OneOrMany, [{ id: 'a', place: { lon: 1 } }])).toEqual([]);
});

test('a fault is told in the words of the schema: its description, its choices, its known keys', () => {
  expect(faults(Thing, { id: 'A' })).toEqual([['id', 'small letters']]);
  expect(faults(Thing, { id: 'a', state: 'maybe' })).toEqual([['state', 'one of on, off, null']]);
  expect(faults(Thing, { id: 'a', colour: 1 })).toEqual([['colour', 'is not known here; known are id, place, state, tags']]);
  expect(faults(Thing, {})).toEqual([['id', 'is required: small letters']]);
});

test('inside a part that may be null, the part itself is explained', () => {
  expect(faults(Thing, { id: 'a', place: { lon: 'x' } })).toEqual([['place.lon', 'degrees']]);
  expect(faults(Thing, { id: 'a', place: { lon: 1, lat: 2 } })).toEqual([['place.lat', 'is not known here; known are lon']]);
  expect(faults(Thing, { id: 'a', place: 7 }).map(([key]) => key)).toEqual(['place']);
});

test('of one or many, and of several types, the one that was meant is explained', () => {
  expect(faults(OneOrMany, [{ id: 'a' }, { id: 'B', tags: ['long'] }]).map(([key]) => key)).toEqual(['[1].id', '[1].tags[0]']);
  expect(faults(OneOrMany, [])).toEqual([['body', 'at least one']]);
  expect(faults(ByType, { type: 'b', s: 1 }).map(([key]) => key)).toEqual(['s']);
});

test('a body nested past all reason is a fault of its own: telling of a part of it would go deeper than the stack', () => {
  const nested = (levels: number) => JSON.parse(`{"id":${'['.repeat(levels)}${']'.repeat(levels)}}`);
  const check = validatorCompiler({ schema: Thing, method: 'POST', url: '/', httpPart: 'body' });
  const keysOf = (levels: number) => (check(nested(levels)) as unknown as { error: { faults: { key: string }[] } }).error.faults.map(({ key }) => key);
  expect(keysOf(20_000)).toEqual(['body']);
  expect(keysOf(20)).toEqual(['id']);
});

test('whatever comes in, there is a fault exactly where it does not fit, and nothing is thrown', () => {
  const check = compile(OneOrMany);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const fault of check(value)) {
        expect(typeof fault.key).toBe('string');
        expect(fault.allowed.length).toBeGreaterThan(0);
      }
      // No value of this generator is a thing: it has no such id but by chance.
      const things = Array.isArray(value) ? value : [value];
      const fits =
        things.length > 0 &&
        things.every((thing) => typeof thing === 'object' && thing !== null && 'id' in thing && Object.keys(thing).length === 1 && /^[a-z]+$/.test(String(thing.id)));
      if (!fits) expect(check(value).length).toBeGreaterThan(0);
    }),
  );
});
