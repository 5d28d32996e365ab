/**
 * The door of backup and restore: a running cloud's state, copied whole as it stood at one instant, and brought back elsewhere. What came after that
 * instant is not in the copy; of what came before nothing is missing. What the disk has damaged is never copied as if it were well.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { fatal } from '../../devices/errors.ts';
import { makeFolder } from '../../devices/folder.ts';
import { findingsIn } from '../inspection/inspection.ts';

/** In the order in which they are looked at: the journal last, so that it holds whatever the others have not seen. */
const databases = ['rules.db', 'telemetry.db', 'desk.db', 'journal.db'] as const;
const photosFolder = 'photos';
/** Below it: pictures that are still coming in. Nothing names them yet. */
const unfinishedFolder = 'unfinished';
const manifestName = 'backup.json';
const format = 1;
/** Pages copied between two looks at the world outside. */
const pagesAtOnce = 1000;
const busyMs = 5000;
/** The journal may drop what all have read while they are looked at; then all is looked at again. */
const mostTries = 20;

interface Manifest {
  format: number;
  version: string;
  /** The instant of the copy, ms since 1970. */
  at: number;
  /** Below the folder. */
  files: { name: string; bytes: number; sha256: string }[];
}
export interface Copied {
  at: number;
  files: number;
  bytes: number;
  /** Photos that are not what was kept, below the folder; they were left out. */
  damaged: string[];
}

/** Copies the state of the data folder `from`, running or not, into the folder `to`, which must not hold anything yet. Throws fatal errors of one sentence. */
export async function backup({ from, to, version }: { from: string; to: string; version: string }): Promise<Copied> {
  if (!existsSync(join(from, 'desk.db'))) throw fatal('backup', `"${from}" (GW_DATA_DIR) is not the data folder of a cloud: it has no desk.db.`);
  claim(to);
  const pinned = await pin(from);
  try {
    for (const [name, handle] of pinned.handles) {
      const [found] = findingsIn(handle, join(from, name));
      if (found !== undefined) throw fatal('backup', `${found}; no copy was made, the one before is still good.`);
    }
    for (const name of databases) await pinned.handles.get(name)?.backup(join(to, name), { progress: () => pagesAtOnce });
  } finally {
    pinned.release();
  }
  // Photos are written before the desk names them, never changed and never removed: all that the copy of the desk names are there.
  const photos = filesBelow(join(from, photosFolder), [join(from, photosFolder, unfinishedFolder)]);
  const damaged: string[] = [];
  for (const photo of photos) {
    // Its name is the hash of what is in it.
    if ((await hashOf(photo)) === basename(photo, '.jpg')) await copy(photo, join(to, relative(from, photo)));
    else damaged.push(relative(from, photo));
  }
  const files: Manifest['files'] = [];
  for (const file of filesBelow(to)) files.push({ name: relative(to, file), bytes: statSync(file).size, sha256: await hashOf(file) });
  for (const { name } of files) await settle(join(to, name));
  writeFileSync(join(to, manifestName), `${JSON.stringify({ format, version, at: pinned.at, files } satisfies Manifest, null, 2)}\n`, { mode: 0o600 });
  await settle(join(to, manifestName));
  return { at: pinned.at, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), damaged };
}

/** Brings the copy in `from` back as the data folder `to`, which must not hold anything yet. A file that is not what was copied is named, and nothing is brought back. */
export async function restore({ from, to }: { from: string; to: string }): Promise<Copied> {
  const manifest = manifestOf(from);
  for (const { name, sha256 } of manifest.files) {
    const file = join(from, name);
    if (!existsSync(file)) throw fatal('restore', `${file} is missing; the copy in "${from}" is not whole.`);
    if ((await hashOf(file)) !== sha256) throw fatal('restore', `${file} is not what was copied: its SHA-256 differs; the copy in "${from}" is damaged.`);
  }
  claim(to);
  for (const { name } of manifest.files) await copy(join(from, name), join(to, name));
  return { at: manifest.at, files: manifest.files.length, bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0), damaged: [] };
}

interface Pinned {
  at: number;
  /** Each within a read transaction of the same instant. */
  handles: Map<string, Database.Database>;
  release(): void;
}

/**
 * Holds all databases at one instant. Acts of people wait for that moment (milliseconds), so that the desk and what the others have of it agree; the copies
 * are then taken in peace while the cloud goes on.
 */
async function pin(from: string): Promise<Pinned> {
  for (let tries = 0; tries < mostTries; tries++) {
    const pinned = tryPin(from);
    if (pinned) return pinned;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw fatal('backup', `The journal in "${from}" was cleared ${mostTries} times while it was looked at; try again.`);
}

/** undefined: the journal has let go of rows that a consumer, as it was looked at, has not read. */
function tryPin(from: string): Pinned | undefined {
  const handles = new Map<string, Database.Database>();
  const release = () => {
    for (const handle of handles.values()) handle.close();
  };
  const lock = new Database(join(from, 'desk.db'), { timeout: busyMs });
  try {
    lock.exec('begin immediate');
    for (const name of databases) {
      if (!existsSync(join(from, name))) continue;
      const handle = new Database(join(from, name), { readonly: true, timeout: busyMs });
      handles.set(name, handle);
      // A transaction that has read stays at what it read.
      handle.exec('begin');
      handle.pragma('schema_version');
      handle.prepare('select count(*) from sqlite_schema').get();
    }
    const cursors = ['rules.db', 'telemetry.db'].map((name) => numberFrom(handles.get(name), 'cursor', 'select row from cursor'));
    const first = numberFrom(handles.get('journal.db'), 'rows', 'select min(id) from rows');
    const last = Math.max(first - 1, numberFrom(handles.get('journal.db'), 'meta', "select value from meta where key = 'lastRow'"));
    const lowest = Math.min(...cursors);
    if (first > 0 ? first > lowest + 1 : last > lowest) {
      release();
      return undefined;
    }
    return { at: Date.now(), handles, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    lock.close();
  }
}

/** 0 where there is no such table, or nothing in it. */
function numberFrom(db: Database.Database | undefined, table: string, sql: string): number {
  if (!db?.prepare('select 1 from sqlite_schema where name = ?').get(table)) return 0;
  return (db.prepare(sql).pluck().get() as number | null | undefined) ?? 0;
}

function claim(to: string): void {
  makeFolder(to);
  const there = readdirSync(to);
  if (there.length > 0) throw fatal('backup', `"${to}" holds ${there[0]} already; allowed is a folder that is empty or not there.`);
}

function manifestOf(from: string): Manifest {
  const file = join(from, manifestName);
  if (!existsSync(file)) throw fatal('restore', `"${from}" is no copy of a cloud: it has no ${manifestName}.`);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  if (manifest.format > format) throw fatal('restore', `The copy in "${from}" was made by a newer version of Gridwarden (format ${manifest.format}, this one knows ${format}).`);
  return manifest;
}

function filesBelow(folder: string, but: readonly string[] = []): string[] {
  if (but.includes(folder) || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path, but) : [path];
  });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function copy(source: string, target: string): Promise<void> {
  makeFolder(dirname(target));
  await pipeline(createReadStream(source), createWriteStream(target, { mode: 0o600 }));
  await settle(target);
}

/** On disk when it resolves. */
async function settle(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}
