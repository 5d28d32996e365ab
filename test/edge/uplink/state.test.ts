import { beforeEach, describe, expect, it } from 'vitest';
import type { OutboxStats } from '../../../edge/outbox/outbox.ts';
import { StateNotice } from '../../../edge/uplink/state.ts';
import { TestClock } from '../../kit/clock.ts';

describe('the notice of the agent’s state', () => {
  let clock: TestClock;
  let stats: OutboxStats;
  let said: [second: number, waiting: number, dropped: number][];
  let notice: StateNotice;

  beforeEach(() => {
    clock = new TestClock();
    stats = { waiting: 0, dropped: 0 };
    said = [];
    notice = new StateNotice(
      clock,
      () => stats,
      ({ waiting, dropped }) => said.push([clock.mono() / 1000, waiting, dropped]),
    );
  });
  const become = (waiting: number, dropped = 0) => {
    stats = { waiting, dropped };
    notice.changed();
  };

  it('is given on connecting, and not again for readings that come and go', () => {
    notice.begin();
    for (let i = 0; i < 100; i++) {
      clock.advance(500);
      become(1);
      become(0);
    }
    expect(said).toEqual([[0, 0, 0]]);
  });

  it('is given again within a second when readings were dropped, at most once a second', () => {
    notice.begin();
    clock.advance(5000);
    become(0, 10);
    clock.advance(0);
    for (let i = 1; i <= 10; i++) {
      become(0, 10 + i);
      clock.advance(100);
    }
    clock.advance(5000);
    expect(said).toEqual([
      [0, 0, 0],
      [5, 0, 10],
      [6, 0, 20],
    ]);
  });

  it('is given each 10 s while a backlog drains, and once when it is gone', () => {
    stats = { waiting: 5000, dropped: 0 };
    notice.begin();
    for (let i = 1; i <= 25; i++) {
      clock.advance(1000);
      become(Math.max(0, 5000 - i * 200));
    }
    clock.advance(60_000);
    expect(said).toEqual([
      [0, 5000, 0],
      [10, 3200, 0],
      [20, 1200, 0],
      [30, 0, 0],
    ]);
  });

  it('is not given without a connection', () => {
    notice.begin();
    notice.end();
    become(1000, 7);
    clock.advance(60_000);
    expect(said).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });
});
