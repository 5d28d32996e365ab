import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // AUTOINCREMENT: an id is never used again, even after the newest row was removed.
  await sql`create table outbox (id integer primary key autoincrement, change text not null)`.execute(db);
}
