import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit (id integer primary key autoincrement, at integer not null, by text not null, action text not null, subject text not null, detail text)`.execute(db);
  await sql`create table accounts (username text primary key, password text not null, role text not null, scope text not null, created integer not null, removed integer)`.execute(
    db,
  );
  await sql`create table sessions (id text primary key, username text not null references accounts, created integer not null, seen integer not null, expires integer not null)`.execute(
    db,
  );
  await sql`create index sessions_username on sessions (username)`.execute(db);
  await sql`create table tokens (id text primary key, hash text not null unique, username text not null references accounts, name text not null, created integer not null, expires integer not null)`.execute(
    db,
  );
  await sql`create index tokens_username on tokens (username)`.execute(db);
}
