/** Reads from InfluxDB by InfluxQL. */
import { escape as escaped, InfluxDB } from 'influx';
import { reasonOf, retry } from '../../../devices/errors.ts';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { seriesBuilder } from '../series-builder.ts';
import type { Series, TelemetryQuery } from '../telemetry.ts';
import { tooManyPoints } from '../too-many.ts';
import type { InfluxAddress } from './address.ts';

/** What InfluxDB's nanoseconds reach, ms. */
const lastMs = 9_223_372_036_853;
/** Rows of flags fetched at once: InfluxQL has no mean of them. */
const pageRows = 50_000;

/** Each question is asked: one server has no other to turn to, and who asks waits as long as is right. The library would refuse for up to 10 s. */
const atOnce = { getDelay: () => 0, next: () => atOnce, reset: () => atOnce };

type Cell = number | boolean | null;
interface Answer {
  results: { error?: string; series?: { columns: string[]; values: Cell[][] }[] }[];
}
type Plain = Extract<Series, { value: unknown }>;
type Buckets = Extract<Series, { count: unknown }>;

export class InfluxReader {
  readonly #client: InfluxDB;

  constructor(
    readonly address: InfluxAddress,
    requestMs: number,
  ) {
    const { host, port, protocol, headers, database } = address;
    // Without a name of its own the library would say that it is root, over our header.
    this.#client = new InfluxDB({
      username: null as unknown as undefined,
      hosts: [{ host, port, protocol, options: { headers } }],
      database,
      pool: { maxRetries: 0, requestTimeout: requestMs, backoff: atOnce },
    });
  }

  async createDatabase(): Promise<void> {
    await this.#asked(() => this.#client.createDatabase(this.address.database));
  }

  async query(query: TelemetryQuery): Promise<Series[]> {
    if (query.metrics.length === 0) return [];
    const series = query.every === undefined ? await this.#plain(query) : await this.#buckets(query, query.every);
    if (series.reduce((sum, { ts }) => sum + ts.length, 0) > query.maxPoints) throw await this.#tooMany(query);
    return series;
  }

  /** Each row has at least one point, so one row more than there may be points is enough to know. */
  async #plain(query: TelemetryQuery): Promise<Series[]> {
    const rows = await this.#select(query.metrics.map(name).join(', '), query, `LIMIT ${query.maxPoints + 1}`);
    return query.metrics.map((metric, i) => {
      const series: Plain = { metric, ts: [], value: [] };
      for (const row of rows) {
        const value = row[i + 1] as Cell;
        if (value === null) continue;
        series.ts.push(row[0] as number);
        series.value.push(value);
      }
      return series;
    });
  }

  async #buckets(query: TelemetryQuery, every: number): Promise<Series[]> {
    const metrics = kindOf(query.kind)?.metrics ?? {};
    const isFlag = (metric: string) => metrics[metric]?.type === 'boolean';
    const numbers = query.metrics.filter((metric) => !isFlag(metric));
    const columns = numbers.flatMap((metric) => ['min', 'mean', 'max', 'count'].map((way) => `${way}(${name(metric)})`));
    const group = `GROUP BY time(${every}ms) fill(none) LIMIT ${query.maxPoints + 1}`;
    const rows = columns.length === 0 ? [] : await this.#select(columns.join(', '), query, group);
    const series: Series[] = [];
    for (const metric of query.metrics) series.push(isFlag(metric) ? await this.#flagBuckets(metric, query, every) : bucketsOf(metric, rows, 1 + 4 * numbers.indexOf(metric)));
    return series;
  }

  async #flagBuckets(metric: string, query: TelemetryQuery, every: number): Promise<Series> {
    const builder = seriesBuilder(metric, true, every);
    for (let { from } = query; ; ) {
      const rows = await this.#select(name(metric), { ...query, from }, `LIMIT ${pageRows}`);
      builder.add({ ts: rows.map(([ts]) => ts as number), value: rows.map((row) => Number(row[1])) }, query.from, query.to);
      if (rows.length < pageRows || builder.points > query.maxPoints) return builder.finish();
      from = (rows.at(-1)?.[0] as number) + 1;
    }
  }

  async #tooMany(query: TelemetryQuery): Promise<Error> {
    const columns = query.metrics.map(name).join(', ');
    const [first] = await this.#select(columns, query, 'LIMIT 1');
    const [last] = await this.#select(columns, query, 'ORDER BY time DESC LIMIT 1');
    return tooManyPoints((first?.[0] as number) ?? query.from, ((last?.[0] as number) ?? query.to) + 1, query.metrics.length, query.maxPoints);
  }

  /** Rows of time and columns; none where the range is empty or nothing is known of any column. */
  async #select(columns: string, { kind, device, from, to }: TelemetryQuery, rest: string): Promise<Cell[][]> {
    const begin = Math.max(0, Math.ceil(from));
    const end = Math.min(lastMs, Math.ceil(to));
    if (begin >= end) return [];
    const where = `"device" = ${escaped.stringLit(device)} AND time >= ${begin}ms AND time < ${end}ms`;
    const ql = `SELECT ${columns} FROM ${name(kind)} WHERE ${where} ${rest}`;
    const answer = (await this.#asked(() => this.#client.queryRaw(ql, { precision: 'ms' }))) as Answer;
    const [result] = answer.results;
    if (result?.error) throw retry('influx-query', `InfluxDB at ${this.address.url} did not answer a query: ${result.error}`);
    return result?.series?.[0]?.values ?? [];
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      throw retry('influx-away', `InfluxDB at ${this.address.url} cannot be asked now: ${reasonOf(thrown)}`, thrown);
    }
  }
}

const name = (text: string) => escaped.quoted(text);

function bucketsOf(metric: string, rows: Cell[][], at: number): Series {
  const series: Buckets = { metric, ts: [], min: [], mean: [], max: [], count: [] };
  for (const row of rows) {
    const [min, mean, max, count] = row.slice(at, at + 4) as [Cell, Cell, Cell, Cell];
    if (!count) continue;
    series.ts.push(row[0] as number);
    series.min.push(min as number);
    series.mean.push(mean as number);
    series.max.push(max as number);
    series.count.push(count as number);
  }
  return series;
}
