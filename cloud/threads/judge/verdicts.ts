import type { Alert, AlertAct, AlertActResult, AlertBook } from '../../alerts/alerts.ts';
import type { DeviceFacts, DeviceTable } from '../../ingest/ingest.ts';
import type { At, Engine, Finding, Signal, Subject } from '../../rules/rules.ts';
import type { StageCounts, Status } from '../threads.ts';
import type { OutgoingTable } from './outgoing.ts';
import type { AgentState, DeviceState, States } from './states.ts';
import { statusOf } from './status.ts';
import type { Way } from './way.ts';

export interface VerdictParts {
  devices: DeviceTable;
  states: States;
  engine: Engine;
  book: AlertBook;
  outgoing: OutgoingTable;
  way: Way;
}

/** From signals to alerts: asks the rules, applies what they find, and keeps each device's status. */
export class Verdicts {
  readonly #parts: VerdictParts;
  readonly #touched = new Set<DeviceState>();
  readonly #told = new Map<string, Status>();
  readonly counts: StageCounts = { in: 0, accepted: 0, rejected: 0, repeats: 0, parked: 0, waiting: 0, lagMs: null };
  /** Rows for the main thread since the start. */
  outgoing = 0;
  /** What events raised or renewed since the last time: when it came in, and when it happened, by the cloud's clock. */
  #raised: { rx: number; measured: number | null }[] = [];
  /** The time of the row being judged. */
  at: At = { jt: 0, rx: 0 };
  /** Something happened that others wait for: commit now, not within the second. */
  urgent = false;

  constructor(parts: VerdictParts) {
    this.#parts = parts;
  }

  /** Puts restored due times back, and takes the statuses as told. */
  restore(): void {
    const { devices, states, engine } = this.#parts;
    for (const agent of states.agents.values()) engine.restore(agent);
    for (const facts of devices.all()) {
      const state = states.device(facts);
      engine.restore(state);
      this.#told.set(facts.id, this.#statusOf(state));
    }
  }

  /** What is due by now. */
  elapse(): void {
    this.#parts.engine.elapse(this.at, (subject, findings) => {
      this.touch(subject);
      this.apply(subject, findings);
    });
  }

  signal(subject: Subject, signal: Signal): void {
    const findings = this.#parts.engine.signal(subject, signal, this.at);
    if (findings.length > 0) this.apply(subject, findings);
  }

  apply(subject: Subject, findings: Finding[]): void {
    for (const finding of findings) {
      this.counts.in++;
      this.counts.accepted++;
      this.urgent = true;
      if (finding.type === 'raise') this.#raise(finding);
      else if (finding.type === 'note') this.#parts.book.note(finding.target, finding.cause, { at: finding.at, by: 'device', action: finding.action, note: null });
      else for (const cause of finding.causes) this.end(subject, cause);
    }
    if (findings.length > 0) this.touch(subject);
  }

  /** Ends the open alert of this cause, if there is one; its rules begin anew either way. */
  end(subject: Subject, cause: string): void {
    const alert = this.#parts.book.end(subject.target, cause, this.at.rx);
    if (alert) this.#ended(alert);
    else this.#parts.engine.anew(subject, cause, this.at);
  }

  act(act: AlertAct): AlertActResult {
    const result = this.#parts.book.act(act, (alert) => this.endsByItself(alert));
    if (!result.ok) return result;
    this.urgent = true;
    if (act.action === 'resolve') this.#ended(result.alert);
    return result;
  }

  endsByItself(alert: Alert): boolean {
    const { engine, devices } = this.#parts;
    return engine.endsByItself(alert.device === null ? '' : (devices.device(alert.device)?.kind ?? ''), alert.cause);
  }

  subjectOf(alert: Alert): Subject {
    const { states, devices } = this.#parts;
    return alert.device === null ? states.agent(alert.agent as string) : states.device(devices.device(alert.device) as DeviceFacts);
  }

  /** Its state must be written, and its status looked at; an agent's, with its devices'. */
  touch(subject: Subject): void {
    const { states, devices } = this.#parts;
    if (subject.target.device !== null) {
      states.touchDevice(subject as DeviceState);
      this.#touched.add(subject as DeviceState);
      return;
    }
    states.touchAgent(subject as AgentState);
    for (const id of devices.ofAgent(subject.target.agent)) this.#touched.add(states.device(devices.device(id) as DeviceFacts));
  }

  takeRaised(): { rx: number; measured: number | null }[] {
    const raised = this.#raised;
    this.#raised = [];
    return raised;
  }

  /** The statuses that have changed since the last time. */
  takeStatuses(): { id: string; status: Status }[] {
    const changed: { id: string; status: Status }[] = [];
    for (const state of this.#touched) {
      const status = this.#statusOf(state);
      if (this.#told.get(state.id) === status) continue;
      this.#told.set(state.id, status);
      changed.push({ id: state.id, status });
    }
    this.#touched.clear();
    return changed;
  }

  /** All that are not `unknown`. */
  statuses(): { id: string; status: Status }[] {
    return [...this.#told].filter(([, status]) => status !== 'unknown').map(([id, status]) => ({ id, status }));
  }

  /** Causes of the alerts that say an agent is gone. */
  agentCauses(): string[] {
    return this.#parts.engine.rules.filter(({ type }) => type === 'agent-gone').map(({ cause }) => cause);
  }

  #raise(finding: Extract<Finding, { type: 'raise' }>): void {
    const { devices, book, outgoing, way } = this.#parts;
    const facts = finding.target.device === null ? undefined : devices.device(finding.target.device);
    const departments = facts ? [facts.departments.authority, facts.departments.owner, facts.departments.maintainer].filter((one) => one !== null) : [];
    // A rule's own finding has its hold in it: nobody waited for that. And at its receive time stands what came without a clock.
    if (finding.event !== null) {
      const skew = facts?.agent ? way.skewOf(facts.agent) : null;
      this.#raised.push({ rx: finding.rx, measured: skew === null || finding.ts === finding.rx ? null : finding.ts + skew });
    }
    const { placed, wantsCase } = book.raise(finding, {
      grid: facts?.grid ?? null,
      site: facts?.site ?? null,
      departments: [...new Set(departments)],
      agent: facts?.agent ?? null,
      simulated: facts?.simulated ?? false,
    });
    if (!wantsCase) return;
    outgoing.add({ type: 'case-wanted', alert: placed, maintainer: facts?.departments.maintainer ?? null });
    this.outgoing++;
  }

  #ended(alert: Alert): void {
    const subject = this.subjectOf(alert);
    this.#parts.engine.anew(subject, alert.cause, this.at);
    this.touch(subject);
    this.urgent = true;
  }

  #statusOf(state: DeviceState): Status {
    const { devices, book } = this.#parts;
    const agent = devices.device(state.id)?.agent ?? null;
    const isGone = agent !== null && this.agentCauses().some((cause) => book.isOpen({ device: null, agent }, cause));
    return statusOf(book.openOf(state.id), state.heard, isGone);
  }
}
