/** A case between its record and its row, and what of the table a scope shows. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Trx } from '../desk/desk.ts';
import type { Scope } from '../scope.ts';
import type { CaseRecord } from './case.ts';

export const columnsOf = (record: CaseRecord) => ({
  id: record.id,
  number: record.number,
  stage: record.stage,
  department: record.department,
  device: record.device,
  category: record.category,
  grid: record.grid,
  site: record.site,
  version: record.version,
  body: JSON.stringify(record),
});

export const recordOf = ({ body }: { body: string }): CaseRecord => JSON.parse(body) as CaseRecord;

/** Whether a row of `cases` is in scope, as a condition of the query. */
export function scoped(scope: Scope): RawBuilder<SqlBool> {
  if ('all' in scope) return sql<SqlBool>`1 = 1`;
  if ('grid' in scope) return sql<SqlBool>`grid in (select value from json_each(${JSON.stringify(scope.grid)}))`;
  if ('site' in scope) return sql<SqlBool>`site in (select value from json_each(${JSON.stringify(scope.site)}))`;
  return sql<SqlBool>`n in (select case_n from case_departments where department in (select value from json_each(${JSON.stringify(scope.department)})))`;
}

export async function putDepartments(trx: Trx, rows: { case_n: number; department: string }[]): Promise<void> {
  if (rows.length === 0) return;
  await trx
    .insertInto('case_departments')
    .values(rows)
    .onConflict((on) => on.doNothing())
    .execute();
}

/** Takes so many numbers of the division's day; gives the first. */
export async function takeNumbers(trx: Trx, day: string, count: number): Promise<number> {
  const { last } = await trx
    .insertInto('case_numbers')
    .values({ day, last: count })
    .onConflict((on) => on.column('day').doUpdateSet((set) => ({ last: set('case_numbers.last', '+', count) })))
    .returning('last')
    .executeTakeFirstOrThrow();
  return last - count + 1;
}

/** `{division}-{yyyymmdd}-{5 digits}`; more digits when a day has more cases. */
export const numberOf = (day: string, n: number) => `${day}-${String(n).padStart(5, '0')}`;
