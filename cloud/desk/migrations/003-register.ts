import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table departments (id text primary key, name text not null)`.execute(db);
  await sql`create table grids (id text primary key, name text not null, worker text, polygon text)`.execute(db);
  await sql`create table sites (id text primary key, name text not null, polygon text, plan text)`.execute(db);
  await sql`create table agents (id text primary key, name text not null, role text not null, token_hash text not null unique, created integer not null)`.execute(db);
  await sql`create table devices (
    slot integer primary key, id text not null unique, kind text not null, class_scheme text, class_code text, name text, lon real, lat real,
    site text references sites, grid text references grids, authority text references departments, owner text references departments, maintainer text references departments,
    agent text references agents, codes text not null, addresses text not null, baseline text, model text, interval_s integer, lifecycle text not null, simulated integer not null,
    former text not null, created integer not null, changed integer not null)`.execute(db);
  await sql`create index devices_agent on devices (agent) where agent is not null`.execute(db);
  await sql`create table device_addresses (scheme text not null, value text not null, device text not null, primary key (scheme, value)) without rowid`.execute(db);
  await sql`create index device_addresses_device on device_addresses (device)`.execute(db);
  await sql`create table documents (key text primary key, value text not null)`.execute(db);
  await sql`create table rules (id text primary key, place integer not null, rule text not null)`.execute(db);
}
