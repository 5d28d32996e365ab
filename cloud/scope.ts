/** Who may see what. Checked once, where the data is read, so that HTTP and socket cannot differ. */
import Type, { type Static } from 'typebox';
import { idPattern } from '../devices/ids.ts';

const ids = Type.Array(Type.String({ pattern: idPattern }), { minItems: 1, maxItems: 2000 });
export const Scope = Type.Union([Type.Object({ all: Type.Literal(true) }), Type.Object({ department: ids }), Type.Object({ grid: ids }), Type.Object({ site: ids })]);
export type Scope = Static<typeof Scope>;

/** What a device, an alert or a case is placed by. `departments`: all that may see it. */
export interface Placed {
  grid: string | null;
  site: string | null;
  departments: readonly string[];
}

export const samePlace = (a: Placed, b: Placed): boolean => a.grid === b.grid && a.site === b.site && a.departments.join() === b.departments.join();

export function inScope(scope: Scope, placed: Placed): boolean {
  if ('all' in scope) return true;
  if ('department' in scope) return placed.departments.some((department) => scope.department.includes(department));
  if ('grid' in scope) return placed.grid !== null && scope.grid.includes(placed.grid);
  return placed.site !== null && scope.site.includes(placed.site);
}
