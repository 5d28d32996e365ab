import type { Database } from 'better-sqlite3';
import type { AlertBook } from '../../alerts/alerts.ts';
import type { Change, DeviceFacts, DeviceTable } from '../../ingest/ingest.ts';
import type { Engine, Rule } from '../../rules/rules.ts';
import type { Links } from './links.ts';
import type { States } from './states.ts';
import type { Verdicts } from './verdicts.ts';

interface ChangeParts {
  db: Database;
  devices: DeviceTable;
  states: States;
  engine: Engine;
  book: AlertBook;
  links: Links;
  verdicts: Verdicts;
}

/** What the desk has decided, as the rules' thread obeys it, at its place in the journal. */
export class Changes {
  readonly #parts: ChangeParts;
  readonly #dirtyRules = new Map<string, Rule>();

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  load(): void {
    const { db, engine } = this.#parts;
    db.exec('create table if not exists rules (id text primary key, rule text not null) without rowid');
    for (const { rule } of db.prepare('select rule from rules').iterate() as Iterable<{ rule: string }>) engine.setRule(JSON.parse(rule));
  }

  apply(change: Change): void {
    const { devices, states, book, verdicts } = this.#parts;
    verdicts.urgent = true;
    if (change.type === 'devices') for (const facts of change.devices) this.#device(facts);
    else if (change.type === 'agents') {
      devices.apply(change);
      for (const { id } of change.agents) states.touchAgent(states.agent(id));
    } else if (change.type === 'agent-removed') {
      const state = states.agents.get(change.agent);
      if (state) for (const cause of verdicts.agentCauses()) verdicts.end(state, cause);
      states.forgetAgent(change.agent);
      devices.apply(change);
    } else if (change.type === 'rule') this.#rule(change.rule as Rule);
    else if (change.type === 'alert-case') book.link(change.alert, change.case);
    else this.#caseEnded(change);
  }

  /** Inside the caller's transaction. */
  flush(): void {
    if (this.#dirtyRules.size === 0) return;
    const put = this.#parts.db.prepare('insert into rules (id, rule) values (?, ?) on conflict (id) do update set rule = excluded.rule');
    for (const rule of this.#dirtyRules.values()) put.run(rule.id, JSON.stringify(rule));
    this.#dirtyRules.clear();
  }

  /** A changed rule begins anew for all whom it judges, by their newest reading. */
  #rule(rule: Rule): void {
    const { devices, states, engine, book, links, verdicts } = this.#parts;
    engine.setRule(rule);
    this.#dirtyRules.set(rule.id, rule);
    // Nobody could end what only this rule would have ended.
    if (!rule.enabled && (rule.type === 'silence' || rule.type === 'agent-gone'))
      for (const alert of book.openByRule(rule.id)) verdicts.end(verdicts.subjectOf(alert), alert.cause);
    for (const facts of devices.all()) {
      if ('kind' in rule && rule.kind !== facts.kind) continue;
      const state = states.device(facts);
      if (rule.id in state.rules) {
        delete state.rules[rule.id];
        states.touchDevice(state);
      }
      if (!rule.enabled || facts.lifecycle !== 'in service') continue;
      if (rule.type === 'silence') links.listen(facts);
      else if (rule.type === 'threshold' && state.latest) this.#judgeLatest(facts);
    }
  }

  #device(facts: DeviceFacts): void {
    const { devices, states, engine, book, links, verdicts } = this.#parts;
    const before = devices.device(facts.id);
    devices.apply({ type: 'devices', devices: [facts] });
    const state = states.device(facts);
    verdicts.touch(state);
    const served = before?.lifecycle === 'in service';
    const serves = facts.lifecycle === 'in service';
    if (served && !serves) {
      for (const alert of book.openOf(facts.id)) verdicts.end(state, alert.cause);
      state.rules = {};
    }
    if (!serves) return;
    if (served && before.interval_s !== facts.interval_s)
      for (const { type, cause } of engine.rules) {
        if (type !== 'silence') continue;
        engine.anew(state, cause, verdicts.at);
        // Without an interval nothing is too long.
        if (facts.interval_s === null) verdicts.end(state, cause);
      }
    links.listen(facts);
    if (!served) this.#judgeLatest(facts);
  }

  #judgeLatest(facts: DeviceFacts): void {
    const { states, verdicts } = this.#parts;
    const state = states.device(facts);
    if (!state.latest) return;
    const { values, at, ts, rx } = state.latest;
    states.touchDevice(state);
    // The newest reading alone: what it did not bring is older, and was judged in its time.
    verdicts.signal(state, { type: 'reading', values: Object.fromEntries(Object.entries(values).filter(([metric]) => at[metric] === ts)), ts, rx });
  }

  /** Alerts without an end of their own end with their case; the others go on until they are over. */
  #caseEnded({ alerts, by, at, how, case: id }: Extract<Change, { type: 'case-ended' }>): void {
    const { book, verdicts } = this.#parts;
    for (const alert of alerts.map((one) => book.openAlert(one))) {
      if (!alert || verdicts.endsByItself(alert)) continue;
      const subject = verdicts.subjectOf(alert);
      book.note(subject.target, alert.cause, { at, by, action: `case-${how}`, note: id });
      verdicts.end(subject, alert.cause);
    }
  }
}
