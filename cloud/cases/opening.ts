/** Cases that alerts want: opened once, or joined, in one transaction for a whole batch. */
import { sql } from 'kysely';
import { newUlid } from '../../devices/ids.ts';
import type { PlacedAlert } from '../alerts/alerts.ts';
import type { Follow, Trx } from '../desk/desk.ts';
import type { CaseRecord } from './case.ts';
import { columnsOf, numberOf, putDepartments, recordOf, takeNumbers } from './rows.ts';

/** What a case takes over from where its device stands. */
export interface Wanted {
  alert: PlacedAlert;
  maintainer: string | null;
  position: CaseRecord['position'];
  /** Kind of the device. */
  kind: string | null;
}

interface Opened {
  n: number;
  record: CaseRecord;
  isNew: boolean;
  changed: boolean;
}

const keyOf = (device: string, category: string | null) => `${device}\u0000${category}`;

/** Everything that changed, new ones with `before` null. `day`: division and civil day, what numbers begin with. */
export async function openWanted(trx: Trx, follow: Follow, wanted: readonly Wanted[], now: number, day: string): Promise<{ record: CaseRecord; isNew: boolean }[]> {
  const asked = await askedBefore(trx, wanted);
  const open = await openCases(trx, wanted);
  const fresh = wanted.filter(({ alert: { alert } }) => !asked.has(`${alert.id}\u0000${alert.count}`));
  const links: { alert: string; count: number; of: Opened }[] = [];
  const touched = new Set<Opened>();
  for (const one of fresh) {
    const { alert } = one.alert;
    // The same asking twice in one batch.
    if (links.some((link) => link.alert === alert.id && link.count === alert.count)) continue;
    const key = alert.device === null ? null : keyOf(alert.device, alert.cause);
    let of = key === null ? undefined : open.get(key);
    if (!of) {
      of = { n: 0, record: opened(one, now), isNew: true, changed: true };
      if (key !== null) open.set(key, of);
    } else if (!of.record.alerts.includes(alert.id)) {
      of.record = joined(of.record, alert.id, now);
      of.changed = true;
    }
    touched.add(of);
    links.push({ alert: alert.id, count: alert.count, of });
  }
  await write(trx, [...touched], day);
  if (links.length > 0)
    await trx
      .insertInto('case_alerts')
      .values(links.map(({ alert, count, of }) => ({ alert, count, case_n: of.n })))
      .execute();
  for (const alert of new Set(links.map((link) => link.alert))) {
    const last = links.findLast((link) => link.alert === alert) as (typeof links)[number];
    follow({ type: 'alert-case', alert, case: last.of.record.id });
  }
  return [...touched].filter(({ changed }) => changed).map(({ record, isNew }) => ({ record, isNew }));
}

async function askedBefore(trx: Trx, wanted: readonly Wanted[]): Promise<Set<string>> {
  const keys = JSON.stringify(wanted.map(({ alert: { alert } }) => ({ alert: alert.id, count: alert.count })));
  const { rows } = await sql<{ alert: string; count: number }>`select a.alert, a.count from json_each(${keys}) k
    join case_alerts a on a.alert = k.value->>'alert' and a.count = k.value->>'count'`.execute(trx);
  return new Set(rows.map(({ alert, count }) => `${alert}\u0000${count}`));
}

/** The newest open case of each device and cause. */
async function openCases(trx: Trx, wanted: readonly Wanted[]): Promise<Map<string, Opened>> {
  const keys = JSON.stringify(wanted.filter(({ alert }) => alert.alert.device !== null).map(({ alert: { alert } }) => ({ device: alert.device, category: alert.cause })));
  const { rows } = await sql<{ n: number; device: string; category: string | null; body: string }>`select c.n, c.device, c.category, c.body from json_each(${keys}) k
    join cases c on c.device = k.value->>'device' and c.category = k.value->>'category' where c.stage not in ('closed', 'void') order by c.n`.execute(trx);
  return new Map(rows.map((row) => [keyOf(row.device, row.category), { n: row.n, record: recordOf(row), isNew: false, changed: false }]));
}

function opened({ alert: { alert }, maintainer, position, kind }: Wanted, now: number): CaseRecord {
  return {
    id: newUlid(now),
    number: '',
    source: kind === 'camera' ? 'camera' : 'sensor',
    category: alert.cause,
    text: alert.message.zh,
    message: alert.message,
    stage: 'registered',
    device: alert.device,
    position,
    grid: alert.grid,
    site: alert.site,
    alerts: [alert.id],
    department: maintainer,
    departments: maintainer === null ? [] : [maintainer],
    assignee: null,
    due: {},
    photos: [],
    history: [
      { at: now, by: 'system', action: 'open', from: null, to: 'reported', note: null },
      { at: now, by: 'system', action: 'register', from: 'reported', to: 'registered', note: null },
    ],
    passed: false,
    reworks: 0,
    simulated: alert.simulated,
    drill: alert.drill,
    opened: now,
    version: 2,
  };
}

const joined = (record: CaseRecord, alert: string, now: number): CaseRecord => ({
  ...record,
  alerts: [...record.alerts, alert],
  history: [...record.history, { at: now, by: 'system', action: 'alert', from: record.stage, to: record.stage, note: alert }],
});

/** Rows that one statement inserts: SQLite takes 32,766 values. */
const insertRows = 500;

async function write(trx: Trx, touched: Opened[], day: string): Promise<void> {
  const fresh = touched.filter(({ isNew }) => isNew);
  for (const { n, record } of touched.filter(({ isNew, changed }) => changed && !isNew)) await trx.updateTable('cases').set(columnsOf(record)).where('n', '=', n).execute();
  if (fresh.length === 0) return;
  const first = await takeNumbers(trx, day, fresh.length);
  for (const [i, one] of fresh.entries()) one.record = { ...one.record, number: numberOf(day, first + i) };
  for (let i = 0; i < fresh.length; i += insertRows) {
    const some = fresh.slice(i, i + insertRows);
    const rows = await trx
      .insertInto('cases')
      .values(some.map(({ record }) => columnsOf(record)))
      .returning(['n', 'id'])
      .execute();
    const numbers = new Map(rows.map(({ n, id }) => [id, n]));
    for (const one of some) one.n = numbers.get(one.record.id) as number;
  }
  await putDepartments(
    trx,
    fresh.flatMap(({ n, record }) => record.departments.map((department) => ({ case_n: n, department }))),
  );
}
