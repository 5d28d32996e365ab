import Database from 'better-sqlite3';
import type { Scope } from '../scope.ts';
import { type AlertRow, placedOf } from './alert-table.ts';
import type { Alert, AlertFilter, AlertReader, PlacedAlert } from './alerts.ts';

/** What an account may see, as a condition. An alert without a device is for scope `all` (contract, "Kinds"). */
function scoped(scope: Scope): { where: string; values: string[] } {
  if ('all' in scope) return { where: '1', values: [] };
  const marks = (ids: string[]) => ids.map(() => '?').join(', ');
  if ('grid' in scope) return { where: `device is not null and grid in (${marks(scope.grid)})`, values: [...scope.grid] };
  if ('site' in scope) return { where: `device is not null and site in (${marks(scope.site)})`, values: [...scope.site] };
  return { where: `device is not null and exists (select 1 from json_each(departments) where value in (${marks(scope.department)}))`, values: [...scope.department] };
}

/** Reads the rules' file, which another thread writes. The file must be there. */
export function openAlertReader(file: string): AlertReader {
  const db = new Database(file, { readonly: true });
  db.pragma('cache_size = -4000');
  return {
    list(scope: Scope, { state, device, cause, limit, cursor }: AlertFilter) {
      const { where, values } = scoped(scope);
      const conditions = [where];
      if (state === 'open') conditions.push("state <> 'resolved'");
      else if (state !== undefined) {
        conditions.push('state = ?');
        values.push(state);
      }
      if (device !== undefined) {
        conditions.push('device = ?');
        values.push(device);
      }
      if (cause !== undefined) {
        conditions.push('cause = ?');
        values.push(cause);
      }
      const { total } = db.prepare(`select count(*) as total from alerts where ${conditions.join(' and ')}`).get(values) as { total: number };
      const before = cursor === undefined ? [] : [cursor];
      const rows = db
        .prepare(`select n, grid, site, departments, body from alerts where ${conditions.join(' and ')} ${before.length > 0 ? 'and n < ?' : ''} order by n desc limit ?`)
        .all(...values, ...before, limit + 1) as AlertRow[];
      const more = rows.length > limit;
      const items = more ? rows.slice(0, limit) : rows;
      return { items: items.map((row) => placedOf(row).alert), next: more ? (items.at(-1)?.n ?? null) : null, total };
    },
    get(scope: Scope, id: string): Alert | undefined {
      const { where, values } = scoped(scope);
      const row = db.prepare(`select n, grid, site, departments, body from alerts where ${where} and id = ?`).get(...values, id) as AlertRow | undefined;
      return row ? placedOf(row).alert : undefined;
    },
    open(): PlacedAlert[] {
      return (db.prepare("select n, grid, site, departments, body from alerts where state <> 'resolved' order by n").all() as AlertRow[]).map(placedOf);
    },
    close() {
      db.close();
    },
  };
}
