/**
 * Ingest, rules and alerts over the journal's rows, in one thread with one file. Everything is judged in memory; `commit` writes alerts, rule state,
 * the memory of repeats and the cursor in one transaction, so that a kill at any moment neither loses nor doubles an alert: what was not
 * committed is judged again from the journal, to the same end.
 */
import type { Database } from 'better-sqlite3';
import { type AlertAct, type AlertActResult, AlertBook, type PlacedAlert } from '../../alerts/alerts.ts';
import type { Hops } from '../../hops.ts';
import { DeviceTable, gapsIn, type NumberedChange } from '../../ingest/ingest.ts';
import type { Entry, Row } from '../../journal/journal.ts';
import { Engine } from '../../rules/rules.ts';
import type { AgentCounts, Latest, LiveReading, Outgoing, ParkedRow, StageCounts, Status } from '../threads.ts';
import { Changes } from './changes.ts';
import { Intake } from './intake.ts';
import { Links } from './links.ts';
import { OutgoingTable } from './outgoing.ts';
import { ParkedShelf } from './parked.ts';
import { type KeptLatest, States } from './states.ts';
import { Verdicts } from './verdicts.ts';
import { Way } from './way.ts';

/** What a commit has made true; it may be told to others. */
export interface Committed {
  alerts: PlacedAlert[];
  /** What events raised among them: when it came in, and when it happened, by the cloud's clock (null: unknown). */
  raised: { rx: number; measured: number | null }[];
  statuses: { id: string; status: Status }[];
  outgoing: Outgoing[];
}

export class Judge {
  readonly #db: Database;
  readonly #devices: DeviceTable;
  readonly #states: States;
  readonly #engine = new Engine();
  readonly #way = new Way();
  readonly #book: AlertBook;
  readonly #parked: ParkedShelf;
  readonly #outgoing: OutgoingTable;
  readonly #verdicts: Verdicts;
  readonly #links: Links;
  readonly #changes: Changes;
  readonly #intake: Intake;
  #cursor = 0;
  /** The desk's number of the last change: after a crash the desk may write one twice. */
  #lastChange = 0;
  /** Rows of the journal that could not be read whole, since the start. */
  #damagedRows = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#devices = new DeviceTable(db);
    this.#book = new AlertBook(db);
    this.#states = new States(db, (subject, cause) => this.#book.isOpen(subject.target, cause));
    this.#parked = new ParkedShelf(db, 'ingest');
    this.#outgoing = new OutgoingTable(db);
    const parts = { way: this.#way, db, devices: this.#devices, states: this.#states, engine: this.#engine, book: this.#book, outgoing: this.#outgoing, parked: this.#parked };
    this.#verdicts = new Verdicts(parts);
    this.#links = new Links(this.#devices, this.#states, this.#verdicts);
    this.#changes = new Changes({ ...parts, links: this.#links, verdicts: this.#verdicts });
    this.#intake = new Intake({ ...parts, verdicts: this.#verdicts });
  }

  /** Makes its tables where they are missing, and takes up where the last commit stood. */
  load(): void {
    this.#db.exec('create table if not exists cursor (one integer primary key check (one = 1), row integer not null, jt real not null, rx real not null, change integer not null)');
    const cursor = this.#db.prepare('select row, jt, rx, change from cursor').get() as { row: number; jt: number; rx: number; change: number } | undefined;
    if (cursor) {
      this.#cursor = cursor.row;
      this.#lastChange = cursor.change;
      this.#verdicts.at = { jt: cursor.jt, rx: cursor.rx };
    }
    this.#devices.load();
    this.#book.load();
    this.#parked.load();
    this.#outgoing.load();
    this.#intake.load();
    this.#changes.load();
    this.#states.load((id) => this.#devices.device(id));
    this.#verdicts.restore();
  }

  /** The last row judged. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The journal's time of what was judged last, ms. */
  get jt(): number {
    return this.#verdicts.at.jt;
  }

  /** The receive time of what was judged last, ms. */
  get rx(): number {
    return this.#verdicts.at.rx;
  }

  /** Whether others wait for what happened: commit now, not within the second. */
  get urgent(): boolean {
    return this.#verdicts.urgent;
  }

  /** Judges one row: first what is due by its time, then its entries in order. */
  row(row: Row): void {
    this.#verdicts.at = { jt: row.jt ?? this.#verdicts.at.jt, rx: row.entries.at(-1)?.rx ?? this.rx };
    this.#verdicts.elapse();
    for (const entry of row.entries) this.#entry(entry);
    if (row.damaged !== undefined) this.#damagedRows++;
    this.#cursor = row.row;
  }

  /** Writes all that changed since the last time, in one transaction. */
  commit(): Committed {
    const { alerts, outgoing } = this.#db.transaction(() => {
      this.#devices.flush();
      this.#states.flush();
      this.#intake.flush();
      this.#parked.flush();
      this.#changes.flush();
      this.#db
        .prepare(
          `insert into cursor (one, row, jt, rx, change) values (1, ?, ?, ?, ?)
           on conflict (one) do update set row = excluded.row, jt = excluded.jt, rx = excluded.rx, change = excluded.change`,
        )
        .run(this.#cursor, this.#verdicts.at.jt, this.rx, this.#lastChange);
      return { alerts: this.#book.flush(), outgoing: this.#outgoing.flush() };
    })();
    this.#verdicts.urgent = false;
    return { alerts, outgoing, raised: this.#verdicts.takeRaised(), statuses: this.#verdicts.takeStatuses() };
  }

  #entry(entry: Entry): void {
    if (entry.type === 'publish') this.#intake.message(entry);
    else if (entry.type === 'connect') this.#links.set(entry.agent, 'up');
    else if (entry.type === 'disconnect') this.#links.set(entry.agent, entry.clean ? 'clean' : 'lost');
    else if (entry.type === 'start') this.#links.loseAll();
    else if (entry.type === 'change') {
      const { n, ...change } = entry.change as NumberedChange;
      if (n <= this.#lastChange) return;
      this.#lastChange = n;
      this.#changes.apply(change);
    }
  }

  // ——— what others ask ———

  act(act: AlertAct): AlertActResult {
    return this.#verdicts.act(act);
  }

  latest(ids: string[]): Map<string, Latest> {
    const found = new Map<string, Latest>();
    for (const id of ids) {
      const latest = this.#states.devices.get(id)?.latest;
      if (latest) found.set(id, { ...latest, skewMs: this.#skewOf(id, latest) });
    }
    return found;
  }

  /** How far an agent's clock is ahead of the cloud's. */
  #aheadOf(agent: string): number | null {
    const skew = this.#way.skewOf(agent);
    return skew === null ? null : -skew;
  }

  /** By its agent's word, whose clock it is; else as far as its newest reading proves it. */
  #skewOf(id: string, { sentTs, rx, clock }: KeptLatest): number | null {
    const agent = this.#devices.device(id)?.agent ?? null;
    const told = agent === null ? null : this.#aheadOf(agent);
    if (told !== null && clock === 'ok') return told;
    return clock === 'unset' || sentTs > rx ? sentTs - rx : null;
  }

  watch(ids: string[]): void {
    this.#intake.watch(ids);
  }

  takeReadings(): LiveReading[] {
    return this.#intake.takeReadings();
  }

  done(seqs: number[]): void {
    this.#outgoing.done(seqs);
  }

  undone(): Outgoing[] {
    return this.#outgoing.undone();
  }

  parked(limit: number, before: number | null): ParkedRow[] {
    return this.#parked.list(limit, before);
  }

  parkedTotal(): number {
    return this.#parked.total();
  }

  statuses(): { id: string; status: Status }[] {
    return this.#verdicts.statuses();
  }

  agents(): Map<string, AgentCounts> {
    const all = new Map<string, AgentCounts>();
    for (const { id, counts } of this.#states.agents.values()) {
      let gaps = 0;
      for (const device of this.#devices.ofAgent(id)) {
        const state = this.#states.devices.get(device);
        for (const { ranges } of [...(state?.memory.boots ?? []), ...(state?.eventNumbers ?? [])]) gaps += gapsIn(ranges);
      }
      all.set(id, { ...counts, gaps, skewMs: this.#aheadOf(id) });
    }
    return all;
  }

  stats(): { ingest: StageCounts; rules: StageCounts; alerts: StageCounts; position: number; historyPerSecond: number; hops: Hops } {
    const { ingest, rules, more, historyBySecond } = this.#intake;
    for (const second of historyBySecond.keys()) if (second < this.rx / 1000 - 10) historyBySecond.delete(second);
    const historyPerSecond = Math.round([...historyBySecond.values()].reduce((sum, count) => sum + count, 0) / 10);
    return {
      ingest: { ...ingest, more: { ...more, historyPerSecond, damagedRows: this.#damagedRows } },
      rules: { ...rules, more: { rules: this.#engine.rules.length } },
      alerts: { ...this.#verdicts.counts, more: { open: this.#book.size, outgoing: this.#verdicts.outgoing } },
      position: this.#cursor,
      historyPerSecond,
      hops: this.#way.hops,
    };
  }
}
