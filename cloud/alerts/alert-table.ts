import type { Database } from 'better-sqlite3';
import type { PlacedAlert } from './alerts.ts';

/** The alerts' tables in the rules' file; `n` grows with each opening. */
export const alertTables = `
  create table if not exists alerts (
    n integer primary key autoincrement, id text not null unique, device text, agent text, cause text not null, state text not null,
    grid text, site text, departments text not null, body text not null);
  create index if not exists alerts_open on alerts (state) where state <> 'resolved';
  create index if not exists alerts_device on alerts (device, n);
`;

export interface AlertRow {
  n: number;
  grid: string | null;
  site: string | null;
  departments: string;
  body: string;
}

export const placedOf = (row: AlertRow): PlacedAlert => ({
  alert: JSON.parse(row.body),
  placed: { grid: row.grid, site: row.site, departments: JSON.parse(row.departments) },
});

/** Writes an alert as it is now. */
export function alertWriter(db: Database): (one: PlacedAlert) => void {
  const put = db.prepare(
    `insert into alerts (id, device, agent, cause, state, grid, site, departments, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set state = excluded.state, body = excluded.body`,
  );
  return ({ alert, placed }) => {
    put.run(alert.id, alert.device, alert.agent, alert.cause, alert.state, placed.grid, placed.site, JSON.stringify(placed.departments), JSON.stringify(alert));
  };
}
