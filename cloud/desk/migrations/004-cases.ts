import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table cases (
    n integer primary key autoincrement, id text not null unique, number text not null unique, stage text not null, department text, device text, category text, grid text, site text,
    version integer not null, body text not null)`.execute(db);
  await sql`create index cases_stage on cases (stage)`.execute(db);
  await sql`create index cases_device on cases (device, category) where device is not null`.execute(db);
  await sql`create index cases_department on cases (department) where department is not null`.execute(db);
  await sql`create index cases_grid on cases (grid) where grid is not null`.execute(db);
  await sql`create index cases_site on cases (site) where site is not null`.execute(db);
  await sql`create table case_departments (department text not null, case_n integer not null references cases, primary key (department, case_n)) without rowid`.execute(db);
  await sql`create table case_alerts (alert text not null, count integer not null, case_n integer not null references cases, primary key (alert, count)) without rowid`.execute(db);
  await sql`create table case_numbers (day text primary key, last integer not null) without rowid`.execute(db);
}
