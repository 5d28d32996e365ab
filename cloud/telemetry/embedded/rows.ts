/** Readings of one device, in columns. */

export interface Rows {
  /** Milliseconds since 1970. */
  ts: Float64Array;
  /** Column number → a value for each row; NaN where the row has none. Flags are 0 or 1. */
  columns: Map<number, Float64Array>;
}

/** One after the other, as they are. */
export function joined(parts: Rows[]): Rows {
  if (parts.length === 1) return parts[0] as Rows;
  const ts = new Float64Array(parts.reduce((sum, part) => sum + part.ts.length, 0));
  const columns = new Map<number, Float64Array>();
  let at = 0;
  for (const part of parts) {
    ts.set(part.ts, at);
    for (const [column, values] of part.columns) {
      let whole = columns.get(column);
      if (!whole) {
        whole = new Float64Array(ts.length).fill(Number.NaN);
        columns.set(column, whole);
      }
      whole.set(values, at);
    }
    at += part.ts.length;
  }
  return { ts, columns };
}

/** In order of time, each time once: of two rows of one time the later one's values overwrite, what it does not carry stays. */
export function settled(rows: Rows): Rows {
  const { ts } = rows;
  const n = ts.length;
  let inOrder = true;
  for (let i = 1; i < n && inOrder; i++) inOrder = (ts[i] as number) > (ts[i - 1] as number);
  if (inOrder) return rows;

  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  order.sort((a, b) => (ts[a] as number) - (ts[b] as number) || a - b);
  const place = new Uint32Array(n);
  const times = new Float64Array(n);
  let distinct = 0;
  for (const i of order) {
    const at = ts[i] as number;
    if (distinct === 0 || at !== times[distinct - 1]) times[distinct++] = at;
    place[i] = distinct - 1;
  }
  const columns = new Map<number, Float64Array>();
  for (const [column, values] of rows.columns) {
    const put = new Float64Array(distinct).fill(Number.NaN);
    for (let i = 0; i < n; i++) {
      const value = values[i] as number;
      if (!Number.isNaN(value)) put[place[i] as number] = value;
    }
    columns.set(column, put);
  }
  return { ts: times.slice(0, distinct), columns };
}

/** Rows from `begin` up to, not including, `end`; views, not copies. */
export function part(rows: Rows, begin: number, end: number): Rows {
  if (begin === 0 && end === rows.ts.length) return rows;
  return { ts: rows.ts.subarray(begin, end), columns: new Map([...rows.columns].map(([column, values]) => [column, values.subarray(begin, end)])) };
}
