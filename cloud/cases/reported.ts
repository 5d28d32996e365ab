/** A case that a person opens. */
import Type, { type Static } from 'typebox';
import { idPattern, newUlid } from '../../devices/ids.ts';
import type { Viewer } from '../accounts/accounts.ts';
import { invalid } from '../refusal.ts';
import type { Glance } from '../register/register.ts';
import { inScope, type Scope } from '../scope.ts';
import { type CaseRecord, Position, placedOf } from './case.ts';

const id = (what: string) => Type.Optional(Type.String({ pattern: idPattern, description: `the id of ${what}` }));

/** Of a case with a device, grid and site are those of the device, and the department is its maintainer. */
export const CaseInput = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 2000, description: '1 to 2000 characters: what is wrong' }),
    category: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'at most 64 characters; the cause of an alert lets that alert join' })),
    device: id('a device'),
    position: Type.Optional(Position),
    grid: id('a grid'),
    site: id('a site'),
    department: id('a department'),
  },
  { additionalProperties: false },
);
export type CaseInput = Static<typeof CaseInput>;

/** The device of a case, and what the register says of it. */
export interface CaseDevice extends Glance {
  maintainer: string | null;
  simulated: boolean;
}

/** Throws `invalid` where the case would lie outside of what the person may see. Its number is given later. */
export function reported(input: CaseInput, device: CaseDevice | null, viewer: Viewer, now: number): CaseRecord {
  const { scope } = viewer;
  const place = device?.placed ?? { grid: input.grid ?? only(scope, 'grid'), site: input.site ?? only(scope, 'site') };
  const department = (device ? device.maintainer : null) ?? input.department ?? (device ? null : only(scope, 'department'));
  const record: CaseRecord = {
    id: newUlid(now),
    number: '',
    source: 'person',
    category: input.category ?? null,
    text: input.text,
    message: null,
    stage: 'reported',
    device: device?.id ?? null,
    position: input.position ?? device?.position ?? null,
    grid: place.grid,
    site: place.site,
    alerts: [],
    department,
    departments: department === null ? [] : [department],
    assignee: null,
    due: {},
    photos: [],
    history: [{ at: now, by: viewer.username, action: 'open', from: null, to: 'reported', note: null }],
    passed: false,
    reworks: 0,
    simulated: device?.simulated ?? false,
    drill: false,
    opened: now,
    version: 1,
  };
  if (!device && !inScope(scope, placedOf(record))) {
    const key = Object.keys(scope)[0] as keyof typeof input;
    throw invalid([{ key, value: input[key], allowed: `a case without a device is of one of your own ${key}s: ${(Object.values(scope)[0] as string[]).slice(0, 10).join(', ')}` }]);
  }
  return record;
}

/** Whoever has one grid, site or department alone need not say which. */
function only(scope: Scope, key: 'grid' | 'site' | 'department'): string | null {
  const ids = (scope as Record<string, string[]>)[key];
  return ids?.length === 1 ? (ids[0] as string) : null;
}
