import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table live_versions (one integer primary key check (one = 1), reserved integer not null)`.execute(db);
  await sql`insert into live_versions (one, reserved) values (1, 0)`.execute(db);
}
