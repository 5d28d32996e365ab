import TinyQueue from 'tinyqueue';
import { kindOf, kinds } from '../../devices/kinds/kinds.ts';
import { ruleKinds } from './rule-kinds.ts';
import type { At, Circumstances, Finding, Rule, RuleKind, Signal, Target } from './rules.ts';

/** What the engine judges: a device or an agent, with the state of its rules, which the caller keeps. */
export interface Subject {
  target: Target;
  /** Device kind; empty for an agent. */
  kind: string;
  interval_s: number | null;
  /** Rule id → state. Survives JSON. */
  rules: Record<string, unknown>;
  isOpen(cause: string): boolean;
}

interface Armed {
  rule: Rule;
  kind: RuleKind;
}
interface Timer {
  due: number;
  subject: Subject;
  rule: string;
}

const byType = new Map(ruleKinds.map((kind) => [kind.type, kind]));

/** Runs the rules over signals and due times. The same signals at the same times give the same findings. */
export class Engine {
  readonly #rules = new Map<string, Armed>();
  /** `device kind` + signal (`agent` for agents) → the rules that want it. */
  #wanted = new Map<string, Armed[]>();
  #timers = new TinyQueue<Timer>([], (a, b) => a.due - b.due);
  /** The soonest due time that waits in `#timers` for a subject's rule. */
  readonly #queued = new WeakMap<Subject, Map<string, number>>();

  get rules(): Rule[] {
    return [...this.#rules.values()].map(({ rule }) => rule);
  }

  setRule(rule: Rule): void {
    const kind = byType.get(rule.type) as RuleKind;
    this.#rules.set(rule.id, { rule, kind });
    this.#wanted = new Map();
    const put = (key: string, armed: Armed) => {
      const list = this.#wanted.get(key);
      if (list) list.push(armed);
      else this.#wanted.set(key, [armed]);
    };
    for (const armed of this.#rules.values()) {
      if (!armed.rule.enabled) continue;
      const only = armed.kind.kindOf(armed.rule);
      const keys = armed.kind.judges === 'agent' ? [''] : only === null ? kinds.map(({ id }) => id) : [only];
      for (const key of keys) for (const signal of armed.kind.signals) put(`${key} ${signal}`, armed);
    }
  }

  /** Whether an alert of this cause on such a device ends by an event of its kind or by a rule's clear condition; else a person ends it. */
  endsByItself(kind: string, cause: string): boolean {
    for (const { rule, kind: ruleKind } of this.#rules.values()) {
      if (!ruleKind.clears || !rule.enabled || rule.cause !== cause) continue;
      const only = ruleKind.kindOf(rule);
      if (only === null || only === kind) return true;
    }
    return Object.values(kindOf(kind)?.events ?? {}).some((spec) => spec.effect === 'ends' && spec.causes.includes(cause));
  }

  signal(subject: Subject, signal: Signal, at: At): Finding[] {
    const wanted = this.#wanted.get(`${subject.kind} ${signal.type}`);
    if (!wanted) return [];
    const findings: Finding[] = [];
    for (const armed of wanted) this.#judge(armed, subject, signal, at, findings);
    return findings;
  }

  /** The rules of this cause begin anew for this subject. */
  anew(subject: Subject, cause: string, at: At): void {
    for (const armed of this.#wanted.get(`${subject.kind} anew`) ?? []) if (armed.rule.cause === cause) this.#judge(armed, subject, { type: 'anew' }, at, []);
  }

  /** Puts a restored subject's due times into the queue. */
  restore(subject: Subject): void {
    for (const id of Object.keys(subject.rules)) {
      const armed = this.#rules.get(id);
      if (armed) this.#queue(armed, subject);
    }
  }

  /** Tells every rule whose due time has passed, soonest first. */
  elapse(at: At, found: (subject: Subject, findings: Finding[]) => void): void {
    for (let next = this.#timers.peek(); next && next.due <= at.jt; next = this.#timers.peek()) {
      this.#timers.pop();
      const { subject, rule, due } = next;
      const queued = this.#queued.get(subject);
      if (queued?.get(rule) !== due) continue;
      queued.delete(rule);
      const armed = this.#rules.get(rule);
      const state = subject.rules[rule];
      if (!armed?.rule.enabled || state === undefined) continue;
      const isDue = armed.kind.due(state);
      if (isDue === null) continue;
      if (isDue > at.jt) {
        this.#queue(armed, subject);
        continue;
      }
      const findings: Finding[] = [];
      this.#judge(armed, subject, { type: 'time' }, at, findings);
      found(subject, findings);
    }
  }

  #judge(armed: Armed, subject: Subject, signal: Signal, at: At, findings: Finding[]): void {
    const { rule, kind } = armed;
    const about: Circumstances = { target: subject.target, kind: subject.kind, interval_s: subject.interval_s, open: subject.isOpen(rule.cause) };
    const kept = subject.rules[rule.id];
    if (kept === undefined && kind.quiet?.(rule, signal, about)) return;
    const state = kept ?? kind.initial();
    for (const finding of kind.judge(rule, state, signal, at, about)) findings.push(finding);
    if (kind.idle(state)) {
      if (kept !== undefined) delete subject.rules[rule.id];
      return;
    }
    subject.rules[rule.id] = state;
    this.#queue(armed, subject);
  }

  #queue({ rule, kind }: Armed, subject: Subject): void {
    const due = kind.due(subject.rules[rule.id]);
    if (due === null) return;
    let queued = this.#queued.get(subject);
    if (!queued) {
      queued = new Map();
      this.#queued.set(subject, queued);
    }
    const waiting = queued.get(rule.id);
    // A later due time needs no place of its own: the one that waits will look again.
    if (waiting !== undefined && waiting <= due) return;
    queued.set(rule.id, due);
    this.#timers.push({ due, subject, rule: rule.id });
  }
}
