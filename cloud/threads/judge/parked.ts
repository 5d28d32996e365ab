import type { Database } from 'better-sqlite3';
import type { Parked } from '../../ingest/ingest.ts';
import type { ParkedRow } from '../threads.ts';

/** Bytes kept of parked messages, and rows; the oldest make room, the counts stay (contract, "MQTT"). */
const maxBytes = 64 * 1024 * 1024;
const maxRows = 200_000;

interface Row {
  n: number;
  at: number;
  reason: string;
  detail: string;
  agent: string | null;
  device: string | null;
  topic: string | null;
  size: number;
  hash: string;
  bytes: Buffer | null;
}

export const parkedTable = `
  create table if not exists parked (
    n integer primary key autoincrement, at real not null, reason text not null, detail text not null, agent text, device text, topic text,
    size integer not null, hash text not null, bytes blob);
  create index if not exists parked_bytes on parked (n) where bytes is not null;
`;

/** Parked messages in a consumer's own file. */
export class ParkedShelf {
  readonly #db: Database;
  readonly #stage: string;
  #waiting: Parked[] = [];
  #bytes = 0;

  constructor(db: Database, stage: string) {
    this.#db = db;
    this.#stage = stage;
  }

  load(): void {
    this.#db.exec(parkedTable);
    this.#bytes = (this.#db.prepare('select coalesce(sum(length(bytes)), 0) as bytes from parked where bytes is not null').get() as { bytes: number }).bytes;
  }

  add(parked: Parked): void {
    this.#waiting.push(parked);
  }

  /** Writes what waits, inside the caller's transaction, and keeps to the bounds. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const put = this.#db.prepare('insert into parked (at, reason, detail, agent, device, topic, size, hash, bytes) values (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    let last = 0;
    for (const one of this.#waiting) {
      last = Number(put.run(one.rx, one.reason, one.detail, one.agent, one.device, one.topic, one.size, one.hash, one.bytes).lastInsertRowid);
      this.#bytes += one.bytes?.byteLength ?? 0;
    }
    this.#waiting = [];
    this.#db.prepare('delete from parked where n <= ? and bytes is null').run(last - maxRows);
    while (this.#bytes > maxBytes) {
      const oldest = this.#db.prepare('select n, length(bytes) as size from parked where bytes is not null order by n limit 200').all() as { n: number; size: number }[];
      const upTo = oldest.at(-1);
      if (!upTo) break;
      this.#db.prepare('update parked set bytes = null where n <= ? and bytes is not null').run(upTo.n);
      for (const { size } of oldest) this.#bytes -= size;
    }
  }

  /** Rows that are listed. */
  total(): number {
    return (this.#db.prepare('select count(*) as total from parked').get() as { total: number }).total;
  }

  /** Newest first, those before row `before`. */
  list(limit: number, before: number | null): ParkedRow[] {
    const rows = this.#db
      .prepare('select n, at, reason, detail, agent, device, topic, size, hash, bytes from parked where n < ? order by n desc limit ?')
      .all(before ?? Number.MAX_SAFE_INTEGER, limit) as Row[];
    return rows.map(({ n, bytes, ...row }) => ({ id: `${this.#stage}-${n}`, stage: this.#stage, ...row, bytes: bytes === null ? null : bytes.toString('base64') }));
  }
}
