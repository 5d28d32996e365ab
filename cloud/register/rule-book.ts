/** The rules as people keep them: seeded once, switched and tuned by the API. The rules' thread gets each change through the journal. */
import type { Clock } from '../../devices/clock.ts';
import { kindOf } from '../../devices/kinds/kinds.ts';
import { audit, type Desk } from '../desk/desk.ts';
import { conflict, type Fault, invalid, notFound } from '../refusal.ts';
import type { Rule } from '../rules/rules.ts';
import type { Actor } from './devices.ts';

export class RuleBook {
  readonly #deps: { desk: Desk; clock: Clock };

  constructor(deps: { desk: Desk; clock: Clock }) {
    this.#deps = deps;
  }

  /** Adds the seeds that are not there yet, so that a new version brings its rules; what people have changed stays. */
  async seed(seeds: readonly Rule[]): Promise<void> {
    const known = new Set((await this.#deps.desk.read.selectFrom('rules').select('id').execute()).map((row) => row.id));
    const added = seeds.filter((rule) => !known.has(rule.id));
    if (added.length === 0) return;
    await this.#deps.desk.act(async (trx, follow) => {
      for (const [i, rule] of added.entries()) {
        await trx
          .insertInto('rules')
          .values({ id: rule.id, place: known.size + i, rule: JSON.stringify(rule) })
          .execute();
        follow({ type: 'rule', rule });
      }
    });
  }

  async list(page: { limit: number; after?: number | undefined }): Promise<{ items: Rule[]; next: number | null; total: number }> {
    const rows = await this.#deps.desk.read.selectFrom('rules').selectAll().orderBy('place').execute();
    const from = rows.filter((row) => row.place > (page.after ?? -1));
    const taken = from.slice(0, page.limit);
    return { items: taken.map((row) => JSON.parse(row.rule) as Rule), next: from.length > taken.length ? (taken.at(-1)?.place ?? null) : null, total: rows.length };
  }

  async get(id: string): Promise<Rule> {
    const row = await this.#deps.desk.read.selectFrom('rules').select('rule').where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('rule');
    return JSON.parse(row.rule) as Rule;
  }

  /** What a rule is (id, type, what it judges) stays; whether and where it fires may change. */
  async put(actor: Actor, id: string, rule: Rule): Promise<Rule> {
    await this.#deps.desk.act(async (trx, follow) => {
      const row = await trx.selectFrom('rules').select('rule').where('id', '=', id).executeTakeFirst();
      if (!row) throw notFound('rule');
      const before = JSON.parse(row.rule) as Rule;
      refuseOther(before, rule, id);
      const faults = faultsOf(rule);
      if (faults.length > 0) throw invalid(faults);
      if (JSON.stringify(before) === JSON.stringify(rule)) return;
      await trx
        .updateTable('rules')
        .set({ rule: JSON.stringify(rule) })
        .where('id', '=', id)
        .execute();
      follow({ type: 'rule', rule });
      await audit(trx, { at: this.#deps.clock.now(), by: actor.username, action: 'change', subject: `rule ${id}`, detail: rule });
    });
    return rule;
  }
}

/** An alert bears the cause of its rule and a replay must judge as before: a rule keeps what it is. */
function refuseOther(before: Rule, after: Rule, id: string): void {
  const fixed = ['type', 'cause', 'kind', 'metric', 'event', 'op'] as const;
  const [was, is] = [before, after] as unknown as [Record<string, unknown>, Record<string, unknown>];
  if (after.id !== id) throw conflict('A rule keeps its id.', {}, [{ key: 'id', value: after.id, allowed: id }]);
  const faults = fixed.filter((key) => was[key] !== is[key]).map((key): Fault => ({ key, value: is[key], allowed: `it stays ${JSON.stringify(was[key] ?? null)}` }));
  if (faults.length > 0) throw conflict(`A rule keeps its ${faults.map(({ key }) => key).join(', ')}.`, {}, faults);
}

/** What the schema cannot say: levels in order, and a clear limit on the good side of them. */
function faultsOf(rule: Rule): Fault[] {
  if (rule.type !== 'threshold') return [];
  const sign = rule.op === '>=' ? 1 : -1;
  const faults: Fault[] = [];
  for (const [i, level] of rule.levels.entries()) {
    const milder = rule.levels[i - 1];
    if (milder && sign * (level.at - milder.at) <= 0)
      faults.push({ key: `levels[${i}].at`, value: level.at, allowed: `${rule.op === '>=' ? 'above' : 'below'} ${milder.at}: mildest first` });
  }
  const first = rule.levels[0];
  // A flag is judged as 0 or 1 and clears strictly on the good side, so that both limits may be the same.
  const flag = kindOf(rule.kind)?.metrics[rule.metric]?.type === 'boolean';
  if (first && sign * (first.at - rule.clear) < (flag ? 0 : Number.MIN_VALUE))
    faults.push({ key: 'clear', value: rule.clear, allowed: `${rule.op === '>=' ? 'below' : 'above'} the first level, ${first.at}` });
  return faults;
}
