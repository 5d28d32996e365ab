import type { Desk, Trx } from './desk.ts';

/** One act of a person: `subject` such as `device cover-17`; `detail` is small, JSON, and holds no secret. */
export interface AuditEntry {
  at: number;
  by: string;
  action: string;
  subject: string;
  detail?: unknown;
}

/** Writes down who did what, in the transaction of the act itself. */
export async function audit(trx: Trx, entry: AuditEntry): Promise<void> {
  const { at, by, action, subject, detail } = entry;
  await trx
    .insertInto('audit')
    .values({ at, by, action, subject, detail: detail === undefined ? null : JSON.stringify(detail) })
    .execute();
}

/** Newest first; `before` is the id of the last row seen. */
export async function auditList(
  desk: Desk,
  filter: { limit: number; before?: number | undefined },
): Promise<{ items: (Required<AuditEntry> & { id: number })[]; next: number | null; total: number }> {
  let wanted = desk.read
    .selectFrom('audit')
    .select(['id', 'at', 'by', 'action', 'subject', 'detail'])
    .orderBy('id', 'desc')
    .limit(filter.limit + 1);
  if (filter.before !== undefined) wanted = wanted.where('id', '<', filter.before);
  const rows = await wanted.execute();
  const { total } = await desk.read
    .selectFrom('audit')
    .select((of) => of.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const items = rows.slice(0, filter.limit).map((row) => ({ ...row, detail: row.detail === null ? null : (JSON.parse(row.detail) as unknown) }));
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null, total };
}
