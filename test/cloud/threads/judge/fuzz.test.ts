import { expect, test } from 'vitest';
import { decode, type Item } from '../../../../cloud/ingest/ingest.ts';
import { Judge } from '../../../../cloud/threads/judge/judge.ts';
import { viewOf } from '../../../kit/facts.ts';
import { fc, runs } from '../../../kit/fuzz.ts';
import { hostileAgents, hostileDevices, hostileMessage } from '../../../kit/hostile.ts';
import { Judged } from '../../../kit/judged.ts';

const view = viewOf(hostileDevices, hostileAgents);

const standing = (judge: Judge) => ({ cursor: judge.cursor, undone: judge.undone(), statuses: new Map(judge.statuses().map(({ id, status }) => [id, status])) });

test('whatever agents and bridges say, all of it is judged and committed, every part is counted once, and a restart stands where it ended', () => {
  fc.assert(
    fc.property(fc.array(hostileMessage, { minLength: 1, maxLength: 25 }), (messages) => {
      const judged = new Judged(hostileDevices, hostileAgents);
      const said: Item[] = [];
      for (const message of messages) {
        said.push(...decode({ ...message, rx: judged.now }, view));
        // As it goes to the main thread.
        structuredClone(judged.entries({ type: 'publish', ...message, rx: judged.now }));
        judged.pass(1);
      }
      const count = (...types: Item['type'][]) => said.filter(({ type }) => types.includes(type)).length;
      const { ingest, rules } = judged.judge.stats();
      expect(ingest.in).toBe(count('reading', 'event', 'parked'));
      expect(ingest.in).toBe(ingest.accepted + ingest.repeats + ingest.parked);
      expect(rules.in).toBe(ingest.accepted);
      expect(ingest.more).toMatchObject({ replies: count('reply'), states: count('state') });
      const again = new Judge(judged.db);
      again.load();
      expect(standing(again)).toEqual(standing(judged.judge));
      expect(again.parkedTotal()).toBe(ingest.parked);
      judged.db.close();
    }),
    runs(20),
  );
});
