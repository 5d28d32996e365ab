/**
 * The door of the desk: the one SQLite file of register, accounts, cases and commands, and the way an act becomes true.
 * An act is one transaction; what must follow from it in the other threads is committed with it and is in the journal before the act is answered.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  DEFAULT_MIGRATION_LOCK_TABLE,
  DEFAULT_MIGRATION_TABLE,
  Kysely,
  Migrator,
  SqliteDialect,
  SqliteDriver,
  type Transaction,
} from 'kysely';
import type { Clock } from '../../devices/clock.ts';
import { sealTables } from '../../devices/database/database.ts';
import { fatal, reasonOf, retry } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import type { Change } from '../ingest/ingest.ts';
import { migrations } from './migrations.ts';
import { type Append, type NumberedChange, Outbox } from './outbox.ts';
import type { DeskTables } from './tables.ts';

export { type AuditEntry, audit, auditList } from './audit.ts';
export type { Append, NumberedChange } from './outbox.ts';
export type { DeviceTable } from './tables/register.ts';
export type { DeskTables } from './tables.ts';
export type Trx = Transaction<DeskTables>;
/** Says what must follow, in the order of the calls. */
export type Follow = (change: Change) => void;
/** Runs `then` right after the commit, before the act is answered, in the order of the acts: for what is kept in memory beside the file. */
export type Committed = (then: () => void) => void;

export interface DeskOptions {
  /** Folder that holds `desk.db`; it must exist. */
  dataDir: string;
  clock: Clock;
  log: Logger;
  /** Writes changes into the journal. */
  append: Append;
}

/** The library's own tables. */
const unsealed = [DEFAULT_MIGRATION_TABLE, DEFAULT_MIGRATION_LOCK_TABLE];
/** So many bytes of changes go to the journal at once, and at least one change. */
const sendBytes = 1_000_000;

export class Desk {
  readonly #options: DeskOptions;
  readonly #outbox: Outbox;
  #write: Kysely<DeskTables> | null = null;
  #read: Kysely<DeskTables> | null = null;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#outbox = new Outbox({ clock: options.clock, log: options.log, append: options.append, rows: (after) => this.#rows(after) });
  }

  /** Opens and migrates the file, then sends what a crash has left over. Throws a `fatal` error with one sentence where the file cannot be used. */
  async start(): Promise<void> {
    const file = join(this.#options.dataDir, 'desk.db');
    let writer: Database.Database;
    try {
      writer = new Database(file);
      this.#write = new Kysely<DeskTables>({ dialect: new WritingDialect(writer) });
      writer.pragma('journal_mode = WAL');
      writer.pragma('synchronous = FULL');
      writer.pragma('foreign_keys = ON');
    } catch (error) {
      throw fatal('desk-file', `${file} cannot be used as a database: ${reasonOf(error)}.`, error);
    }
    await mustBeKnown(this.#write, file);
    sealTables(writer, unsealed);
    await migrate(this.#write, file);
    sealTables(writer, unsealed);
    // People's reads have a handle of their own, so that they never wait for an act that is under way.
    this.#read = new Kysely<DeskTables>({ dialect: new SqliteDialect({ database: new Database(file, { readonly: true }) }) });
    this.#outbox.send();
  }

  /** For reading; sees every act that has committed. */
  get read(): Kysely<DeskTables> {
    if (!this.#read) throw new Error('the desk is not started');
    return this.#read;
  }

  /**
   * Runs one act in one transaction, one act after the other. Resolves when it and all that follows from it are on disk, in desk.db and in the journal.
   * Throws what `run` throws (then nothing is kept); a `retry` error when the disk refuses (nothing is kept) or the journal does (the act is kept and what follows goes out later).
   * `run` awaits nothing but its transaction (and never an act): every other act waits for it.
   */
  async act<T>(run: (trx: Trx, follow: Follow, committed: Committed) => Promise<T>): Promise<T> {
    const write = this.#write;
    if (!write) throw new Error('the desk is not started');
    let last = 0;
    const after: (() => void)[] = [];
    const result = await write
      .transaction()
      .execute(async (trx) => {
        const changes: Change[] = [];
        const made = await run(
          trx,
          (change) => changes.push(change),
          (then) => after.push(then),
        );
        if (changes.length > 0) {
          if (this.#outbox.sent > 0) await trx.deleteFrom('outbox').where('id', '<=', this.#outbox.sent).execute();
          for (const change of changes) {
            const row = await trx
              .insertInto('outbox')
              .values({ change: JSON.stringify(change) })
              .returning('id')
              .executeTakeFirstOrThrow();
            last = row.id;
          }
        }
        return made;
      })
      .catch((error) => {
        throw diskRefused(error) ? retry('desk-disk', 'The disk refuses to write now; nothing was changed.', error) : error;
      });
    for (const then of after) then();
    if (last > 0) await this.#outbox.until(last);
    return result;
  }

  /** Changes that have not reached the journal yet. */
  async waiting(): Promise<number> {
    const row = await this.read
      .selectFrom('outbox')
      .where('id', '>', this.#outbox.sent)
      .select((of) => of.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return row.n;
  }

  /** Twice is harmless. */
  async stop(): Promise<void> {
    this.#outbox.stop();
    const [read, write] = [this.#read, this.#write];
    this.#read = null;
    this.#write = null;
    await read?.destroy();
    if (write) {
      if (this.#outbox.sent > 0) await write.deleteFrom('outbox').where('id', '<=', this.#outbox.sent).execute();
      await write.destroy();
    }
  }

  async #rows(after: number): Promise<NumberedChange[]> {
    const rows = await this.read.selectFrom('outbox').selectAll().where('id', '>', after).orderBy('id').limit(64).execute();
    const taken: NumberedChange[] = [];
    let bytes = 0;
    for (const row of rows) {
      bytes += row.change.length;
      if (taken.length > 0 && bytes > sendBytes) break;
      taken.push({ id: row.id, change: JSON.parse(row.change) as Change });
    }
    return taken;
  }
}

/** Each act takes the file's one writing place at its beginning, waiting for a backup that looks: who began by reading would be refused at its first write. */
class WritingDialect extends SqliteDialect {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    const driver = new SqliteDriver({ database: this.#database });
    driver.beginTransaction = async (connection: DatabaseConnection) => void (await connection.executeQuery(CompiledQuery.raw('begin immediate')));
    return driver;
  }
}

async function mustBeKnown(db: Kysely<DeskTables>, file: string): Promise<void> {
  let done: string[];
  try {
    const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
    const has = tables.some((table) => table.name === 'kysely_migration');
    done = has ? (await (db as unknown as Kysely<{ kysely_migration: { name: string } }>).selectFrom('kysely_migration').select('name').execute()).map((row) => row.name) : [];
  } catch (error) {
    throw fatal('desk-file', `${file} cannot be used as a database: ${reasonOf(error)}.`, error);
  }
  const unknown = done.find((name) => !(name in migrations));
  if (unknown !== undefined) throw fatal('newer-data', `${file} was written by a newer version (it has the step "${unknown}"); start that version, or use another GW_DATA_DIR.`);
}

async function migrate(db: Kysely<DeskTables>, file: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw fatal('desk-migration', `${file} could not be brought to this version: ${reasonOf(error)}.`, error);
}

function diskRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // A full disk ends the transaction by itself; the rollback that follows finds none, and its error takes the place of the first.
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY)/.test(code) || (error instanceof Error && error.message.startsWith('cannot rollback'));
}
