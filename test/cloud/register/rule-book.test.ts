import { afterEach, beforeEach, expect, test } from 'vitest';
import { system } from '../../../cloud/register/register.ts';
import { RuleBook } from '../../../cloud/register/rule-book.ts';
import type { Rule, ThresholdRule } from '../../../cloud/rules/rules.ts';
import { seedRules } from '../../../cloud/rules/seeds.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
let book: RuleBook;
beforeEach(async () => {
  at = await openDesk();
  book = new RuleBook({ desk: at.desk, clock: at.clock });
  await book.seed(seedRules());
});
afterEach(() => at.close());

const tilt = async () => (await book.get('manhole-cover.tilt')) as ThresholdRule;

test('the seeds are kept and told to the rules, once; a later start brings new ones and leaves what people changed', async () => {
  const seeds = seedRules();
  expect((await book.list({ limit: 1000 })).items).toEqual(seeds);
  expect(at.changes('rule').map(({ rule }) => rule)).toEqual(seeds);
  await book.put(system, 'manhole-cover.tilt', { ...(await tilt()), enabled: false });
  at.journal.length = 0;
  await book.seed(seeds);
  expect(at.journal).toEqual([]);
  const added: Rule = { ...(await tilt()), id: 'manhole-cover.tilt-2' };
  await book.seed([...seeds, added]);
  expect(at.changes('rule').map(({ rule }) => rule)).toEqual([added]);
  expect((await tilt()).enabled).toBe(false);
});

test('every seed fits the checks that a change must pass', async () => {
  for (const rule of seedRules()) expect(await book.put(system, rule.id, rule)).toEqual(rule);
});

test('a change is in the journal before it is answered; a change to the same is not', async () => {
  at.journal.length = 0;
  const rule = await tilt();
  await book.put(system, rule.id, rule);
  expect(at.journal).toEqual([]);
  const after = { ...rule, hold_s: 5, levels: [{ at: 20, severity: 'warning' as const }] };
  expect(await book.put(system, rule.id, after)).toEqual(after);
  expect(at.changes('rule')).toEqual([{ type: 'rule', rule: after }]);
  expect(await tilt()).toEqual(after);
});

test('a rule keeps what it is', async () => {
  const rule = await tilt();
  await expect(book.put(system, rule.id, { ...rule, id: 'other' })).rejects.toMatchObject({ refusal: 'conflict', faults: [{ key: 'id' }] });
  await expect(book.put(system, rule.id, { ...rule, metric: 'battery_v' })).rejects.toMatchObject({
    refusal: 'conflict',
    faults: [{ key: 'metric', allowed: 'it stays "tilt_deg"' }],
  });
  const { id, enabled, label, cause, message } = rule;
  await expect(book.put(system, id, { id, enabled, label, cause, message, type: 'silence', intervals: 2, severity: 'info' })).rejects.toMatchObject({ refusal: 'conflict' });
  await expect(book.put(system, 'nothing', rule)).rejects.toMatchObject({ refusal: 'not-found' });
});

test('levels go from mild to severe, and the clear limit lies on their good side', async () => {
  const rule = await tilt();
  const wrong = (part: Partial<ThresholdRule>) => book.put(system, rule.id, { ...rule, ...part }).catch((error) => error.faults);
  expect(
    await wrong({
      levels: [
        { at: 45, severity: 'warning' },
        { at: 15, severity: 'critical' },
      ],
    }),
  ).toMatchObject([{ key: 'levels[1].at', value: 15 }, ...[]]);
  expect(await wrong({ clear: 15 })).toMatchObject([{ key: 'clear', value: 15, allowed: 'below the first level, 15' }]);
});
