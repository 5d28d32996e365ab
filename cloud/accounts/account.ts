import Type, { type Static } from 'typebox';
import { idPattern } from '../../devices/ids.ts';
import type { Scope } from '../scope.ts';
import { Role } from './rights.ts';

const one = Type.String({ pattern: idPattern });
const ids = Type.Union([one, Type.Array(one, { minItems: 1, maxItems: 2000 })], { description: 'an id or a list of ids' });
const strict = { additionalProperties: false };

/** A scope as people write it: each value one id or a list. */
export const GivenScope = Type.Union(
  [Type.Object({ all: Type.Literal(true) }, strict), Type.Object({ department: ids }, strict), Type.Object({ grid: ids }, strict), Type.Object({ site: ids }, strict)],
  { description: '{"all":true}, or {"department"}, {"grid"} or {"site"} with an id or a list of ids' },
);
export type GivenScope = Static<typeof GivenScope>;

export const Username = Type.String({ pattern: idPattern, description: '1 to 64 letters, digits, ".", "_" or "-"' });

/** `scope` is told back as it was given. */
export const Account = Type.Object({ username: Username, role: Role, scope: GivenScope, created: Type.Number() });
export type Account = Static<typeof Account>;

export const AccountInput = Type.Object({ username: Username, password: Type.String(), role: Role, scope: GivenScope }, strict);
export type AccountInput = Static<typeof AccountInput>;
export const AccountPatch = Type.Partial(Type.Object({ password: Type.String(), role: Role, scope: GivenScope }), strict);
export type AccountPatch = Static<typeof AccountPatch>;

export const scopeOf = (given: GivenScope): Scope => {
  if ('all' in given) return given;
  const [key, value] = Object.entries(given)[0] as ['department' | 'grid' | 'site', string | string[]];
  return { [key]: typeof value === 'string' ? [value] : value } as Scope;
};
