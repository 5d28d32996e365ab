import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { EmbeddedStore } from '../../cloud/telemetry/telemetry.ts';
import { TestClock } from './clock.ts';

/** An embedded store in a folder of its own, with a file that can be made full. */
export class EmbeddedUnderTest {
  readonly dir = mkdtempSync(join(tmpdir(), 'gw-telemetry-'));
  readonly file = join(this.dir, 'telemetry.db');
  readonly clock: TestClock;
  db!: Database.Database;
  store!: EmbeddedStore;

  /** `wall`: what the clock shows, ms. */
  constructor(wall: number) {
    this.clock = new TestClock(wall);
  }

  async open(): Promise<this> {
    this.db = new Database(this.file);
    this.db.pragma('journal_mode = WAL');
    this.store = new EmbeddedStore({ db: this.db, clock: this.clock, log: pino({ level: 'silent' }) });
    await this.store.start();
    return this;
  }

  /** The file may not grow. */
  away = async (): Promise<void> => {
    this.db.pragma(`max_page_count = ${this.db.pragma('page_count', { simple: true })}`);
  };
  back = async (): Promise<void> => {
    this.db.pragma('max_page_count = 1073741823');
  };

  restart = async (): Promise<EmbeddedStore> => {
    await this.store.stop();
    this.db.close();
    await this.open();
    return this.store;
  };

  close = async (): Promise<void> => {
    await this.store.stop();
    this.db.close();
    rmSync(this.dir, { recursive: true, force: true });
  };
}
