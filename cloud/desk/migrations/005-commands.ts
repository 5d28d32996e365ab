import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table commands (
    id text primary key, device text not null, agent text not null, bridge integer not null, name text not null, args text not null, status text not null, result text, error text, photo text,
    "by" text not null, at integer not null, expires integer not null, sent integer, ended integer) without rowid`.execute(db);
  await sql`create index commands_device on commands (device, id)`.execute(db);
  await sql`create index commands_open on commands (id) where status in ('queued', 'sent')`.execute(db);
}
