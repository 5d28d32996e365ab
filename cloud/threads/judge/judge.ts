/**
 * Ingest, rules and alerts over the journal's rows, in one thread with one file. Everything is judged in memory; `commit` writes alerts, rule state,
 * the memory of repeats and the cursor in one transaction, so that a kill at any moment neither loses nor doubles an alert: what was not
 * committed is judged again from the journal, to the same end.
 */
import type { Database } from 'better-sqlite3';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { type Alert, type AlertAct, type AlertActResult, AlertBook, type PlacedAlert } from '../../alerts/alerts.ts';
import {
  addNumber,
  type Change,
  type DeviceEvent,
  type DeviceFacts,
  DeviceTable,
  decode,
  gapsIn,
  type NumberedChange,
  type Parked,
  park,
  place,
  type Reading,
  rangesOf,
} from '../../ingest/ingest.ts';
import type { Entry, Row } from '../../journal/journal.ts';
import { type At, Engine, type Finding, type Rule, type Signal, type Subject } from '../../rules/rules.ts';
import type { AgentCounts, Latest, LiveReading, Outgoing, ParkedRow, StageCounts, Status } from '../threads.ts';
import { OutgoingTable } from './outgoing.ts';
import { ParkedShelf } from './parked.ts';
import { type AgentState, type DeviceState, type Link, States } from './states.ts';
import { statusOf } from './status.ts';

export interface Committed {
  alerts: PlacedAlert[];
  statuses: { id: string; status: Status }[];
  outgoing: Outgoing[];
}

const emptyCounts = (): StageCounts => ({ in: 0, accepted: 0, rejected: 0, repeats: 0, parked: 0, waiting: 0, lagMs: null });

export class Judge {
  readonly #db: Database;
  readonly #devices: DeviceTable;
  readonly #states: States;
  readonly #engine = new Engine();
  readonly #book: AlertBook;
  readonly #parked: ParkedShelf;
  readonly #outgoing: OutgoingTable;
  /** Events not yet written, by id. */
  readonly #events = new Map<string, DeviceEvent>();
  readonly #touched = new Set<DeviceState>();
  readonly #told = new Map<string, Status>();
  readonly #counts = { ingest: emptyCounts(), rules: emptyCounts(), alerts: emptyCounts() };
  readonly #more = { readings: 0, events: 0, history: 0, reused: 0, unknownMetrics: 0, clockUnset: 0, replies: 0, states: 0, findings: 0, outgoing: 0 };
  #historyBySecond = new Map<number, number>();
  #rulesDirty = new Set<string>();
  #cursor = 0;
  /** The desk's number of the last change: after a crash the desk may write one twice. */
  #lastChange = 0;
  #at: At = { jt: 0, rx: 0 };
  #watched = new Set<string>();
  #readings: LiveReading[] = [];
  /** Something happened that others wait for: commit now, not within the second. */
  urgent = false;

  constructor(db: Database) {
    this.#db = db;
    this.#devices = new DeviceTable(db);
    this.#book = new AlertBook(db);
    this.#states = new States(db, (subject, cause) => this.#book.isOpen(subject.target, cause));
    this.#parked = new ParkedShelf(db, 'ingest');
    this.#outgoing = new OutgoingTable(db);
  }

  load(): void {
    this.#db.exec(`
      create table if not exists cursor (one integer primary key check (one = 1), row integer not null, jt real not null, rx real not null, change integer not null);
      create table if not exists rules (id text primary key, rule text not null) without rowid;
      create table if not exists events (id text primary key, device text not null, kind text not null, ts real not null, rx real not null, data text not null) without rowid;
    `);
    const cursor = this.#db.prepare('select row, jt, rx, change from cursor').get() as { row: number; jt: number; rx: number; change: number } | undefined;
    if (cursor) {
      this.#cursor = cursor.row;
      this.#lastChange = cursor.change;
      this.#at = { jt: cursor.jt, rx: cursor.rx };
    }
    this.#devices.load();
    this.#book.load();
    this.#parked.load();
    this.#outgoing.load();
    for (const { rule } of this.#db.prepare('select rule from rules').iterate() as Iterable<{ rule: string }>) this.#engine.setRule(JSON.parse(rule));
    this.#states.load((id) => this.#devices.device(id));
    for (const agent of this.#states.agents.values()) this.#engine.restore(agent);
    for (const facts of this.#devices.all()) {
      const state = this.#states.device(facts);
      this.#engine.restore(state);
      this.#told.set(facts.id, this.#statusOf(state));
    }
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** The receive time of what was judged last, ms. */
  get rx(): number {
    return this.#at.rx;
  }

  /** Judges one row: first what is due by its time, then its entries in order. */
  row(row: Row): void {
    const rx = row.entries.at(-1)?.rx ?? this.#at.rx;
    this.#at = { jt: row.jt, rx };
    this.#engine.elapse(this.#at, (subject, findings) => {
      this.#findings(subject, findings);
      this.#touchSubject(subject);
    });
    for (const entry of row.entries) this.#entry(entry);
    this.#cursor = row.row;
  }

  /** Writes all that changed since the last time. What it returns may be told to others: it is on disk. */
  commit(): Committed {
    const statuses: Committed['statuses'] = [];
    const { alerts, outgoing } = this.#db.transaction(() => {
      this.#devices.flush();
      this.#states.flush();
      const alerts = this.#book.flush();
      this.#parked.flush();
      const outgoing = this.#outgoing.flush();
      const event = this.#db.prepare('insert or ignore into events (id, device, kind, ts, rx, data) values (?, ?, ?, ?, ?, ?)');
      for (const { id, device, kind, ts, rx, data } of this.#events.values()) event.run(id, device.id, kind, ts, rx, JSON.stringify(data));
      this.#events.clear();
      const rule = this.#db.prepare('insert into rules (id, rule) values (?, ?) on conflict (id) do update set rule = excluded.rule');
      for (const one of this.#engine.rules) if (this.#rulesDirty.has(one.id)) rule.run(one.id, JSON.stringify(one));
      this.#rulesDirty.clear();
      this.#db
        .prepare(
          'insert into cursor (one, row, jt, rx, change) values (1, ?, ?, ?, ?) on conflict (one) do update set row = excluded.row, jt = excluded.jt, rx = excluded.rx, change = excluded.change',
        )
        .run(this.#cursor, this.#at.jt, this.#at.rx, this.#lastChange);
      return { alerts, outgoing };
    })();
    for (const state of this.#touched) {
      const status = this.#statusOf(state);
      if (this.#told.get(state.id) === status) continue;
      this.#told.set(state.id, status);
      statuses.push({ id: state.id, status });
    }
    this.#touched.clear();
    this.urgent = false;
    return { alerts, statuses, outgoing };
  }

  // ——— what others ask ———

  act(act: AlertAct): AlertActResult {
    const result = this.#book.act(act, (alert) => this.#endsByItself(alert));
    if (result.ok && act.action === 'resolve') this.#ended(result.alert);
    if (result.ok) this.urgent = true;
    return result;
  }

  latest(ids: string[]): Record<string, Latest> {
    const found: Record<string, Latest> = {};
    for (const id of ids) {
      const latest = this.#states.devices.get(id)?.latest;
      if (latest) found[id] = latest;
    }
    return found;
  }

  watch(ids: string[]): void {
    this.#watched = new Set(ids);
  }

  /** The readings of watched devices since the last time. */
  takeReadings(): LiveReading[] {
    const readings = this.#readings;
    if (readings.length > 0) this.#readings = [];
    return readings;
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

  statuses(): { id: string; status: Status }[] {
    return [...this.#told].filter(([, status]) => status !== 'unknown').map(([id, status]) => ({ id, status }));
  }

  agents(): Record<string, AgentCounts> {
    const all: Record<string, AgentCounts> = {};
    for (const { id, counts } of this.#states.agents.values()) {
      let gaps = 0;
      for (const device of this.#devices.ofAgent(id)) {
        const state = this.#states.devices.get(device);
        for (const { ranges } of state?.memory.boots ?? []) gaps += gapsIn(ranges);
        for (const { ranges } of state?.eventNumbers ?? []) gaps += gapsIn(ranges);
      }
      all[id] = { ...counts, gaps };
    }
    return all;
  }

  stats() {
    const { ingest, rules, alerts } = this.#counts;
    const { findings, outgoing, ...more } = this.#more;
    const lagMs = 0;
    const recent = [...this.#historyBySecond].filter(([second]) => second > this.#at.rx / 1000 - 11);
    this.#historyBySecond = new Map(recent);
    const historyPerSecond = Math.round(recent.reduce((sum, [, count]) => sum + count, 0) / 10);
    return {
      ingest: { ...ingest, lagMs, more: { ...more, historyPerSecond } },
      rules: { ...rules, lagMs, more: { findings, rules: this.#engine.rules.length } },
      alerts: { ...alerts, lagMs, more: { open: this.#book.size, outgoing } },
      position: this.#cursor,
      historyPerSecond,
    };
  }

  // ——— entries ———

  #entry(entry: Entry): void {
    const { rx } = entry;
    if (entry.type === 'publish') this.#message(entry.agent, entry.topic, entry.payload, rx);
    else if (entry.type === 'connect') this.#link(this.#states.agent(entry.agent), 'up');
    else if (entry.type === 'disconnect') this.#link(this.#states.agent(entry.agent), entry.clean ? 'clean' : 'lost');
    else if (entry.type === 'change') {
      const { n, ...change } = entry.change as NumberedChange;
      if (n <= this.#lastChange) return;
      this.#lastChange = n;
      this.#change(change);
    }
    // Every connection of before is over; who was there has its minute to come back.
    else if (entry.type === 'start') for (const agent of this.#states.agents.values()) if (agent.link === 'up') this.#link(agent, 'lost');
  }

  #message(agent: string, topic: string, payload: Uint8Array, rx: number): void {
    const known = this.#devices.agent(agent);
    const state = known ? this.#states.agent(agent) : undefined;
    if (state) {
      state.counts.lastSeen = rx;
      this.#states.touchAgent(state);
    }
    for (const item of decode({ agent, topic, payload, rx }, this.#devices)) {
      if (item.type === 'reading') this.#reading(item.reading, state);
      else if (item.type === 'event') this.#event(item.event, state, topic, payload);
      else if (item.type === 'parked') this.#park(item.parked, state);
      else if (item.type === 'state') {
        this.#more.states++;
        if (state) Object.assign(state.counts, { version: item.version, boot: item.boot });
      } else {
        this.#more.replies++;
        const { type, ...reply } = item;
        this.#outgoing.add({ type, ...reply });
        this.#more.outgoing++;
        this.urgent = true;
      }
    }
  }

  #park(parked: Parked, agent: AgentState | undefined): void {
    this.#counts.ingest.in++;
    this.#counts.ingest.parked++;
    if (agent) agent.counts.parked++;
    this.#parked.add(parked);
  }

  #reading(reading: Reading, agent: AgentState | undefined): void {
    const { ingest } = this.#counts;
    const state = this.#states.device(reading.device);
    const { place: where, reused } = place(state.memory, reading);
    ingest.in++;
    if (agent) agent.counts.received++;
    this.#states.touchDevice(state);
    if (where === 'repeat') {
      ingest.repeats++;
      if (agent) agent.counts.repeats++;
      return;
    }
    ingest.accepted++;
    this.#counts.rules.in++;
    this.#counts.rules.accepted++;
    this.#more.readings++;
    this.#more.unknownMetrics += reading.unknownMetrics;
    if (reading.clock === 'unset') this.#more.clockUnset++;
    if (reused) {
      this.#more.reused++;
      if (agent) agent.counts.reused++;
    }
    this.#keepLatest(state, reading, where === 'newest');
    if (where === 'history') {
      this.#more.history++;
      const second = Math.floor(reading.rx / 1000);
      this.#historyBySecond.set(second, (this.#historyBySecond.get(second) ?? 0) + 1);
      return;
    }
    if (this.#watched.has(state.id)) this.#readings.push({ device: state.id, ts: reading.ts, rx: reading.rx, values: reading.values });
    this.#heard(state, reading.device);
    if (reading.device.lifecycle === 'in service') this.#signal(state, { type: 'reading', values: reading.values, ts: reading.ts, rx: reading.rx });
  }

  #keepLatest(state: DeviceState, { ts, rx, values }: Reading, isNewest: boolean): void {
    state.latest ??= { ts, rx, values: {}, at: {} };
    if (isNewest) Object.assign(state.latest, { ts, rx });
    for (const metric in values) {
      if (!isNewest && ts <= (state.latest.at[metric] ?? Number.NEGATIVE_INFINITY)) continue;
      state.latest.values[metric] = values[metric] as number;
      state.latest.at[metric] = ts;
    }
  }

  #event(event: DeviceEvent, agent: AgentState | undefined, topic: string, payload: Uint8Array): void {
    const { ingest } = this.#counts;
    const owner = this.#events.get(event.id)?.device.id ?? (this.#db.prepare('select device from events where id = ?').get(event.id) as { device: string } | undefined)?.device;
    if (owner !== undefined && owner !== event.device.id) {
      this.#park(park('event-id-taken', '/id: used by another device', { agent: event.agent, device: event.device.id, topic, rx: event.rx }, payload, event.device).parked, agent);
      return;
    }
    ingest.in++;
    if (agent) agent.counts.received++;
    const state = this.#states.device(event.device);
    if (event.boot !== null && event.seq !== null) addNumber(rangesOf(state.eventNumbers, event.boot), event.seq);
    this.#states.touchDevice(state);
    if (owner !== undefined) {
      ingest.repeats++;
      if (agent) agent.counts.repeats++;
      return;
    }
    ingest.accepted++;
    this.#counts.rules.in++;
    this.#counts.rules.accepted++;
    this.#more.events++;
    if (event.clock === 'unset') this.#more.clockUnset++;
    this.#events.set(event.id, event);
    this.#heard(state, event.device);
    if (event.device.lifecycle !== 'in service') return;
    this.#signal(state, { type: 'event', event });
    const spec = kindOf(event.device.kind)?.events[event.kind];
    if (spec?.effect === 'notes') this.#findings(state, [{ type: 'note', target: state.target, cause: spec.cause, at: event.rx, action: event.kind, event: event.id }]);
    if (spec?.effect !== 'ends') return;
    const { cause } = event.data;
    const causes = cause === undefined ? spec.causes : [...spec.causes, ...spec.named].filter((one) => one === cause);
    this.#findings(state, [{ type: 'clear', target: state.target, causes, at: event.rx, by: 'device', event: event.id }]);
  }

  #heard(state: DeviceState, facts: DeviceFacts): void {
    if (!state.heard) {
      state.heard = true;
      this.#touched.add(state);
    }
    if (facts.lifecycle === 'in service') this.#signal(state, { type: 'heard' });
  }

  // ——— changes ———

  #change(change: Change): void {
    this.urgent = true;
    if (change.type === 'devices') for (const facts of change.devices) this.#deviceChange(facts);
    else if (change.type === 'agents') {
      this.#devices.apply(change);
      for (const { id } of change.agents) this.#states.touchAgent(this.#states.agent(id));
    } else if (change.type === 'agent-removed') {
      const state = this.#states.agents.get(change.agent);
      if (state) for (const cause of this.#agentCauses()) this.#end(state, cause);
      this.#states.forgetAgent(change.agent);
      this.#devices.apply(change);
    } else if (change.type === 'rule') {
      this.#ruleChange(change.rule as Rule);
    } else if (change.type === 'alert-case') this.#book.link(change.alert, change.case);
    else
      for (const id of change.alerts) {
        const alert = this.#book.openAlert(id);
        if (!alert || this.#endsByItself(alert)) continue;
        const subject = this.#subjectOf(alert);
        this.#book.note(subject.target, alert.cause, { at: change.at, by: change.by, action: `case-${change.how}`, note: change.case });
        this.#end(subject, alert.cause);
      }
  }

  /** A changed rule begins anew for all whom it judges, by their newest reading. */
  #ruleChange(rule: Rule): void {
    this.#engine.setRule(rule);
    this.#rulesDirty.add(rule.id);
    // Nobody could end what only this rule would have ended.
    if (!rule.enabled && (rule.type === 'silence' || rule.type === 'agent-gone'))
      for (const alert of this.#book.openByRule(rule.id)) this.#end(this.#subjectOf(alert), alert.cause);
    for (const facts of this.#devices.all()) {
      if ('kind' in rule && rule.kind !== facts.kind) continue;
      const state = this.#states.device(facts);
      delete state.rules[rule.id];
      this.#states.touchDevice(state);
      if (!rule.enabled || facts.lifecycle !== 'in service') continue;
      if (rule.type === 'silence') this.#signal(state, { type: 'counting', on: this.#isListenedTo(facts) });
      else if (rule.type === 'threshold' && state.latest) this.#signal(state, { type: 'reading', ...state.latest });
    }
  }

  #deviceChange(facts: DeviceFacts): void {
    const before = this.#devices.device(facts.id);
    this.#devices.apply({ type: 'devices', devices: [facts] });
    const state = this.#states.device(facts);
    this.#states.touchDevice(state);
    this.#touched.add(state);
    const served = before?.lifecycle === 'in service';
    const serves = facts.lifecycle === 'in service';
    if (served && !serves) {
      for (const alert of this.#book.openOf(facts.id)) this.#end(state, alert.cause);
      state.rules = {};
      return;
    }
    if (!serves) return;
    if (served && before.interval_s !== facts.interval_s) for (const { type, cause } of this.#engine.rules) if (type === 'silence') this.#engine.anew(state, cause, this.#at);
    this.#signal(state, { type: 'counting', on: this.#isListenedTo(facts) });
    const { latest } = state;
    if (!served && latest) this.#signal(state, { type: 'reading', values: latest.values, ts: latest.ts, rx: latest.rx });
  }

  // ——— links ———

  #link(agent: AgentState, link: Link): void {
    agent.link = link;
    this.#states.touchAgent(agent);
    if (this.#devices.agent(agent.id)?.role !== 'bridge') {
      const findings = this.#engine.signal(agent, { type: 'link', up: link === 'up', clean: link === 'clean' }, this.#at);
      this.#findings(agent, findings);
    }
    for (const id of this.#devices.ofAgent(agent.id)) {
      const facts = this.#devices.device(id) as DeviceFacts;
      if (facts.lifecycle === 'in service') this.#signal(this.#states.device(facts), { type: 'counting', on: this.#isListenedTo(facts) });
    }
  }

  /** Whether this device's silence counts: its agent is connected, or sleeps, or is a bridge. */
  #isListenedTo(facts: DeviceFacts): boolean {
    if (facts.agent === null) return false;
    if (this.#devices.agent(facts.agent)?.role === 'bridge') return true;
    const link = this.#states.agents.get(facts.agent)?.link;
    return link === 'up' || link === 'clean';
  }

  // ——— findings ———

  #signal(state: DeviceState, signal: Signal): void {
    const findings = this.#engine.signal(state, signal, this.#at);
    if (signal.type !== 'reading') this.#states.touchDevice(state);
    if (findings.length > 0) this.#findings(state, findings);
  }

  #findings(subject: Subject, findings: Finding[]): void {
    const { alerts } = this.#counts;
    for (const finding of findings) {
      alerts.in++;
      alerts.accepted++;
      this.#more.findings++;
      this.urgent = true;
      if (finding.type === 'clear') for (const cause of finding.causes) this.#end(subject, cause);
      else if (finding.type === 'note') this.#book.note(finding.target, finding.cause, { at: finding.at, by: 'device', action: finding.action, note: null });
      else this.#raise(subject, finding);
    }
    if (findings.length > 0) this.#touchSubject(subject);
  }

  #raise(subject: Subject, finding: Extract<Finding, { type: 'raise' }>): void {
    const facts = finding.target.device === null ? undefined : this.#devices.device(finding.target.device);
    const departments = facts ? [facts.departments.authority, facts.departments.owner, facts.departments.maintainer].filter((one) => one !== null) : [];
    const { placed, wantsCase } = this.#book.raise(finding, {
      grid: facts?.grid ?? null,
      site: facts?.site ?? null,
      departments: [...new Set(departments)],
      agent: facts?.agent ?? null,
      simulated: facts?.simulated ?? false,
    });
    if (wantsCase) {
      this.#outgoing.add({ type: 'case-wanted', alert: placed, maintainer: facts?.departments.maintainer ?? null });
      this.#more.outgoing++;
    }
    this.#touchSubject(subject);
  }

  /** Ends the open alert of this cause, if there is one; its rules begin anew. */
  #end(subject: Subject, cause: string): void {
    const alert = this.#book.end(subject.target, cause, this.#at.rx);
    if (alert) this.#ended(alert);
    else this.#engine.anew(subject, cause, this.#at);
  }

  #ended(alert: Alert): void {
    const subject = this.#subjectOf(alert);
    this.#engine.anew(subject, alert.cause, this.#at);
    this.#touchSubject(subject);
    this.urgent = true;
  }

  #subjectOf(alert: Alert): Subject {
    if (alert.device === null) return this.#states.agent(alert.agent as string);
    return this.#states.device(this.#devices.device(alert.device) as DeviceFacts);
  }

  #endsByItself(alert: Alert): boolean {
    return this.#engine.endsByItself(alert.device === null ? '' : (this.#devices.device(alert.device)?.kind ?? ''), alert.cause);
  }

  #touchSubject(subject: Subject): void {
    const { device, agent } = subject.target;
    if (device !== null) {
      const state = subject as DeviceState;
      this.#states.touchDevice(state);
      this.#touched.add(state);
      return;
    }
    this.#states.touchAgent(subject as AgentState);
    for (const id of this.#devices.ofAgent(agent)) this.#touched.add(this.#states.device(this.#devices.device(id) as DeviceFacts));
  }

  #agentCauses(): string[] {
    return this.#engine.rules.filter(({ type }) => type === 'agent-gone').map(({ cause }) => cause);
  }

  #statusOf(state: DeviceState): Status {
    const agent = this.#devices.device(state.id)?.agent;
    const isGone = agent !== null && agent !== undefined && this.#agentCauses().some((cause) => this.#book.isOpen({ device: null, agent }, cause));
    return statusOf(this.#book.openOf(state.id), state.heard, isGone);
  }
}
