import Database from 'better-sqlite3';
import type { Change, DeviceFacts, NumberedChange } from '../../cloud/ingest/ingest.ts';
import type { Entry } from '../../cloud/journal/journal.ts';
import { seedRules } from '../../cloud/rules/rules.ts';
import { type Committed, Judge } from '../../cloud/threads/judge/judge.ts';
import { bytes } from './facts.ts';

/** A judge over rows that a test writes, with both clocks in its hand. Keeps the rows, so that a killed one can be judged again. */
export class Judged {
  db: Database.Database;
  judge: Judge;
  /** Journal time and wall clock, ms. */
  jt = 0;
  now = Date.UTC(2026, 10, 24, 1);
  readonly rows: { row: number; jt: number; entries: Entry[] }[] = [];
  #seq = 0;
  #n = 0;

  constructor(devices: DeviceFacts[], agents: { id: string; role: 'agent' | 'bridge' }[] = [{ id: 'gw-1', role: 'agent' }]) {
    this.db = new Database(':memory:');
    this.judge = new Judge(this.db);
    this.judge.load();
    this.entries(
      { type: 'start', rx: this.now },
      ...seedRules().map((rule): Entry => ({ type: 'change', rx: this.now, change: this.#numbered({ type: 'rule', rule }) })),
      { type: 'change', rx: this.now, change: this.#numbered({ type: 'agents', agents }) },
      { type: 'change', rx: this.now, change: this.#numbered({ type: 'devices', devices }) },
      ...agents.map(({ id }): Entry => ({ type: 'connect', agent: id, rx: this.now })),
    );
  }

  entries(...entries: Entry[]): Committed {
    const row = { row: this.rows.length + 1, jt: this.jt, entries };
    this.rows.push(row);
    this.judge.row(row);
    return this.judge.commit();
  }

  /** Both clocks go on; an idle second is a row. */
  pass(seconds: number): Committed {
    const all: Committed = { alerts: [], raised: [], statuses: [], outgoing: [] };
    for (let i = 0; i < seconds; i++) {
      this.jt += 1000;
      this.now += 1000;
      const { alerts, statuses, outgoing } = this.entries({ type: 'tick', rx: this.now });
      all.alerts.push(...structuredClone(alerts));
      all.statuses.push(...statuses);
      all.outgoing.push(...outgoing);
    }
    return all;
  }

  reading(values: Record<string, unknown>, over: { device?: string; agent?: string; ts?: number; boot?: number; seq?: number } = {}): Committed {
    const { device = 'cover-1', agent = 'gw-1', ts = this.now, boot = 1, seq = this.#seq++ } = over;
    return this.entries({ type: 'publish', agent, topic: `gw/v1/${agent}/${device}/telemetry`, payload: bytes({ boot, seq, ts, values }), rx: this.now });
  }

  event(kind: string, over: { id?: string; device?: string; agent?: string; ts?: number; data?: object } = {}): Committed {
    const { id = `${kind}-${this.#seq++}`, device = 'cover-1', agent = 'gw-1', ts = this.now, data } = over;
    return this.entries({ type: 'publish', agent, topic: `gw/v1/${agent}/${device}/event`, payload: bytes({ id, ts, kind, data }), rx: this.now });
  }

  change(change: Change): Committed {
    return this.entries({ type: 'change', change: this.#numbered(change), rx: this.now });
  }

  #numbered(change: Change): NumberedChange {
    return { ...change, n: ++this.#n };
  }

  /** All alerts as they stand on disk, oldest first. */
  alerts() {
    return (this.db.prepare('select body from alerts order by n').all() as { body: string }[]).map(({ body }) => JSON.parse(body));
  }
}
