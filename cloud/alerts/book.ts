import type { Database } from 'better-sqlite3';
import { rank } from '../../devices/kinds/kinds.ts';
import type { Finding, Target } from '../rules/rules.ts';
import type { Placed } from '../scope.ts';
import { type AlertRow, alertTables, alertWriter, placedOf } from './alert-table.ts';
import type { Alert, AlertAct, AlertActResult, PlacedAlert } from './alerts.ts';

/** Event ids that an alert remembers. */
const maxEvents = 100;

const keyOf = (target: Target, cause: string) => `${target.device ?? ''}\u0000${target.agent ?? ''}\u0000${cause}`;
const targetOf = (alert: Alert): Target => (alert.device === null ? { device: null, agent: alert.agent as string } : { device: alert.device, agent: null });

/** Where the one that an alert is about stands in the city, and whether it is pretended. */
export interface Situation extends Placed {
  agent: string | null;
  simulated: boolean;
}

type Raise = Extract<Finding, { type: 'raise' }>;

/**
 * Findings become alerts: while one is open there is none other for its device (or agent) and cause. Changes stay in memory until `flush`
 * writes them inside the caller's transaction, with the consumer's cursor.
 */
export class AlertBook {
  readonly #db: Database;
  readonly #open = new Map<string, PlacedAlert>();
  readonly #byId = new Map<string, PlacedAlert>();
  /** Open causes of a device. */
  readonly #ofDevice = new Map<string, Set<string>>();
  readonly #changed = new Map<string, PlacedAlert>();
  #write: (one: PlacedAlert) => void = () => {};

  constructor(db: Database) {
    this.#db = db;
  }

  load(): void {
    this.#db.exec(alertTables);
    this.#write = alertWriter(this.#db);
    for (const row of this.#db.prepare("select n, grid, site, departments, body from alerts where state <> 'resolved' order by n").iterate() as Iterable<AlertRow>)
      this.#hold(placedOf(row));
  }

  isOpen(target: Target, cause: string): boolean {
    // Asked by every rule of every reading: of a device without a key's concatenation.
    return target.device === null ? this.#open.has(keyOf(target, cause)) : (this.#ofDevice.get(target.device)?.has(cause) ?? false);
  }

  /** The alerts now open for a device. */
  openOf(device: string): Alert[] {
    return [...(this.#ofDevice.get(device) ?? [])].map((cause) => (this.#open.get(keyOf({ device, agent: null }, cause)) as PlacedAlert).alert);
  }

  openAlert(id: string): Alert | undefined {
    return this.#byId.get(id)?.alert;
  }

  openByRule(rule: string): Alert[] {
    return [...this.#byId.values()].map(({ alert }) => alert).filter((alert) => alert.rule === rule);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Opens an alert or counts it in the open one. `wantsCase`: it was opened, stepped up, or insists. */
  raise(finding: Raise, situation: Situation): { placed: PlacedAlert; wantsCase: boolean } {
    const open = this.#open.get(keyOf(finding.target, finding.cause));
    if (!open) {
      const placed: PlacedAlert = { alert: opened(finding, situation), placed: { grid: situation.grid, site: situation.site, departments: situation.departments } };
      this.#hold(placed);
      this.#touch(placed);
      return { placed, wantsCase: finding.wantsCase };
    }
    const { alert } = open;
    const stepsUp = rank(finding.severity) > rank(alert.severity);
    alert.count++;
    alert.lastTs = Math.max(alert.lastTs, finding.ts);
    if (finding.event !== null) alert.events = [...alert.events, finding.event].slice(-maxEvents);
    if (stepsUp) alert.severity = finding.severity;
    if (stepsUp || (finding.value !== null && rank(finding.severity) === rank(alert.severity))) {
      alert.message = finding.message;
      alert.value = finding.value;
      alert.limit = finding.limit;
    }
    if (finding.insists) alert.state = 'firing';
    this.#touch(open);
    return { placed: open, wantsCase: finding.wantsCase && (stepsUp || finding.insists) };
  }

  /** Ends the open alert of this cause. undefined: there is none. */
  end(target: Target, cause: string, at: number): Alert | undefined {
    const open = this.#open.get(keyOf(target, cause));
    if (!open) return undefined;
    this.#resolve(open, at);
    return open.alert;
  }

  note(target: Target, cause: string, entry: Alert['history'][number]): void {
    const open = this.#open.get(keyOf(target, cause));
    if (!open) return;
    open.alert.history = [...open.alert.history, entry];
    this.#touch(open);
  }

  /** A person acts. `endsByItself`: it has a counterpart event or a clear condition, so that nobody ends it by hand. */
  act(act: AlertAct, endsByItself: (alert: Alert) => boolean): AlertActResult {
    const open = this.#byId.get(act.alert);
    if (!open) {
      const known = this.#db.prepare('select 1 from alerts where id = ?').get(act.alert);
      return known ? { ok: false, code: 'conflict', message: 'The alert is resolved already.' } : { ok: false, code: 'not-found', message: 'There is no such alert.' };
    }
    const { alert } = open;
    if (act.action === 'ack') {
      if (alert.state === 'acknowledged') return { ok: true, alert };
      alert.state = 'acknowledged';
    } else if (endsByItself(alert)) return { ok: false, code: 'conflict', message: 'It ends when the device or its rule says so; a person cannot end it.' };
    alert.history = [...alert.history, { at: act.at, by: act.by, action: act.action, note: act.note }];
    if (act.action === 'resolve') this.#resolve(open, act.at);
    else this.#touch(open);
    return { ok: true, alert };
  }

  /** An alert has found its case. Also a resolved one. */
  link(id: string, caseId: string): void {
    const open = this.#byId.get(id) ?? this.#changed.get(id);
    if (open) {
      open.alert.case = caseId;
      this.#touch(open);
      return;
    }
    const row = this.#db.prepare('select n, grid, site, departments, body from alerts where id = ?').get(id) as AlertRow | undefined;
    if (!row) return;
    const placed = placedOf(row);
    placed.alert.case = caseId;
    this.#touch(placed);
  }

  /** Writes what changed. Call it inside a transaction. Returns it, as it is now, in the order of the changes. */
  flush(): PlacedAlert[] {
    const changed = [...this.#changed.values()];
    for (const one of changed) this.#write(one);
    this.#changed.clear();
    return changed;
  }

  #hold(placed: PlacedAlert): void {
    const { alert } = placed;
    this.#open.set(keyOf(targetOf(alert), alert.cause), placed);
    this.#byId.set(alert.id, placed);
    if (alert.device === null) return;
    const causes = this.#ofDevice.get(alert.device);
    if (causes) causes.add(alert.cause);
    else this.#ofDevice.set(alert.device, new Set([alert.cause]));
  }

  #resolve(placed: PlacedAlert, at: number): void {
    const { alert } = placed;
    alert.state = 'resolved';
    alert.resolvedTs = at;
    this.#open.delete(keyOf(targetOf(alert), alert.cause));
    this.#byId.delete(alert.id);
    if (alert.device !== null) {
      const causes = this.#ofDevice.get(alert.device);
      causes?.delete(alert.cause);
      if (causes?.size === 0) this.#ofDevice.delete(alert.device);
    }
    this.#touch(placed);
  }

  #touch(placed: PlacedAlert): void {
    this.#changed.set(placed.alert.id, placed);
  }
}

function opened(finding: Raise, { grid, site, agent, simulated }: Situation): Alert {
  return {
    id: finding.id,
    device: finding.target.device,
    agent: finding.target.agent ?? agent,
    grid,
    site,
    rule: finding.rule,
    cause: finding.cause,
    severity: finding.severity,
    state: 'firing',
    count: 1,
    events: finding.event === null ? [] : [finding.event],
    firstTs: finding.ts,
    lastTs: finding.ts,
    rx: finding.rx,
    late_ms: Math.max(0, finding.rx - finding.ts),
    case: null,
    simulated,
    drill: false,
    message: finding.message,
    value: finding.value,
    limit: finding.limit,
    resolvedTs: null,
    history: [],
  };
}
