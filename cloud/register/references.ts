import { sql } from 'kysely';
import type { Trx } from '../desk/desk.ts';

/** What devices and accounts refer to, and the table that holds it. */
const tables = { department: 'departments', grid: 'grids', site: 'sites', agent: 'agents' } as const;
export type Reference = keyof typeof tables;

/** Which of these ids do not exist. */
export async function missing(trx: Trx, what: Reference, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const wanted = JSON.stringify([...new Set(ids)]);
  const { rows } = await sql<{ id: string }>`select value as id from json_each(${wanted}) where value not in (select id from ${sql.table(tables[what])})`.execute(trx);
  return rows.map((row) => row.id);
}
