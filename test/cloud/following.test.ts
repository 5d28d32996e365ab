import { describe, expect, it } from 'vitest';
import { Following } from '../../cloud/following.ts';
import type { Outgoing } from '../../cloud/threads/threads.ts';
import { createLog } from '../../devices/log.ts';
import { TestClock } from '../kit/clock.ts';

const row = (seq: number, type: Outgoing['type']) => ({ seq, type }) as Outgoing;
const settle = () => new Promise((go) => setImmediate(go));

describe('what follows from the rules', () => {
  it('is done in order, rows of one type together, and told as done', async () => {
    const taken: string[] = [];
    const done: number[] = [];
    const following = new Following({
      clock: new TestClock(),
      log: createLog('test', 'silent'),
      takers: {
        'case-wanted': async (rows) => void taken.push(`cases ${rows.map(({ seq }) => seq)}`),
        reply: async (rows) => void taken.push(`replies ${rows.map(({ seq }) => seq)}`),
      },
      done: async (seqs) => void done.push(...seqs),
    });
    following.take([row(1, 'case-wanted'), row(2, 'case-wanted'), row(3, 'reply'), row(4, 'case-wanted')]);
    await settle();
    expect(taken).toEqual(['cases 1,2', 'replies 3', 'cases 4']);
    expect(done).toEqual([1, 2, 3, 4]);
  });
  it('is tried again while the desk refuses, and nothing overtakes it', async () => {
    const clock = new TestClock();
    const taken: number[] = [];
    let refuses = 2;
    const following = new Following({
      clock,
      log: createLog('test', 'silent'),
      takers: {
        'case-wanted': async (rows) => {
          if (refuses-- > 0) throw new Error('disk full');
          taken.push(...rows.map(({ seq }) => seq));
        },
        reply: async (rows) => void taken.push(...rows.map(({ seq }) => seq)),
      },
      done: async () => {},
    });
    following.take([row(1, 'case-wanted'), row(2, 'reply')]);
    await settle();
    expect(following.stats()).toEqual({ done: 0, waiting: 2, trouble: 'disk full' });
    clock.advance(100);
    await settle();
    expect(taken).toEqual([]);
    clock.advance(200);
    await settle();
    expect(taken).toEqual([1, 2]);
    expect(following.stats()).toEqual({ done: 2, waiting: 0, trouble: null });
  });
});
