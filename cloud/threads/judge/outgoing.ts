import type { Database } from 'better-sqlite3';
import type { Outgoing } from '../threads.ts';

type Unnumbered = Outgoing extends infer O ? (O extends Outgoing ? Omit<O, 'seq'> : never) : never;

/** What must follow from a commit of the rules in the main thread: rows committed with the cause, told until they are done. */
export class OutgoingTable {
  readonly #db: Database;
  #waiting: Unnumbered[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  load(): void {
    this.#db.exec('create table if not exists outgoing (seq integer primary key autoincrement, body text not null)');
  }

  add(row: Unnumbered): void {
    this.#waiting.push(row);
  }

  /** Writes what waits inside the caller's transaction and gives it back with its numbers. */
  flush(): Outgoing[] {
    if (this.#waiting.length === 0) return [];
    const put = this.#db.prepare('insert into outgoing (body) values (?)');
    const written = this.#waiting.map((row) => ({ ...row, seq: Number(put.run(JSON.stringify(row)).lastInsertRowid) }) as Outgoing);
    this.#waiting = [];
    return written;
  }

  done(seqs: number[]): void {
    this.#db.prepare('delete from outgoing where seq in (select value from json_each(?))').run(JSON.stringify(seqs));
  }

  undone(): Outgoing[] {
    return (this.#db.prepare('select seq, body from outgoing order by seq').all() as { seq: number; body: string }[]).map(({ seq, body }) => ({ ...JSON.parse(body), seq }));
  }
}
