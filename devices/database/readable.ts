import type { Database } from 'better-sqlite3';

/** Keys behind a damage that are tried one by one before the rest is looked for from the end. */
const mostTried = 5000;

/** The rows, rising, of a table whose key is a whole number from 1 on and of which some pages cannot be read. What cannot be read is not among them. */
export function* readableRows<Row>(db: Database, table: string, key: string): Generator<Row> {
  const keyOf = (row: unknown) => (row as Record<string, number>)[key] as number;
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  /** From the end up to the damage: the lowest key. */
  const lowestBehind = (after: number): number | undefined => {
    let lowest: number | undefined;
    attempt(() => {
      for (const row of db.prepare(`select ${key} from ${table} where ${key} > ? order by ${key} desc`).iterate(after)) lowest = keyOf(row);
    });
    return lowest;
  };
  const byKey = attempt(() => db.prepare(`select * from ${table} where ${key} = ?`));
  if (!byKey) return;
  const one = (at: number) => attempt(() => byKey.get(at));
  const nextReadable = (after: number): unknown => {
    for (let at = after + 1; at <= after + mostTried; at++) {
      const row = one(at);
      if (row !== undefined) return row;
    }
    const lowest = lowestBehind(after + mostTried);
    return lowest === undefined ? undefined : one(lowest);
  };

  let at = 0;
  for (;;) {
    try {
      for (const row of db.prepare(`select * from ${table} where ${key} > ? order by ${key}`).iterate(at)) {
        if (keyOf(row) <= at) throw new RangeError('the keys do not rise');
        yield row as Row;
        at = keyOf(row);
      }
      return;
    } catch {
      // By its key: to go on from the key before would lead over the damaged page again.
      const next = nextReadable(at);
      if (next === undefined) return;
      yield next as Row;
      at = keyOf(next);
    }
  }
}
