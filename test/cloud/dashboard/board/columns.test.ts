import { expect, test } from 'vitest';
import { columns, inStageSince, tookMs } from '../../../../cloud/dashboard/board/columns.ts';
import { aCase } from '../../../kit/page-shapes.ts';

const moved = (at: number, from: 'reported' | 'registered' | 'handling' | null, to: 'reported' | 'registered' | 'handling' | 'closed') => ({
  at,
  by: 'x',
  action: 'move',
  from,
  to,
  note: null,
});

test('a stage is counted from when it was entered last; a photo or a note does not begin it anew', () => {
  const one = aCase({
    id: 'c',
    stage: 'handling',
    history: [moved(5, null, 'reported'), moved(9, 'registered', 'handling'), { at: 30, by: 'x', action: 'photo', from: 'handling', to: 'handling', note: 'before' }],
  });
  expect(inStageSince(one)).toBe(9);
  expect(inStageSince(aCase({ id: 'd', opened: 77 }))).toBe(77);
});
test('each column holds its stage, the longest-standing first, and the filters work on all', () => {
  const open = [
    aCase({ id: 'late', opened: 30, department: 'x' }),
    aCase({ id: 'early', opened: 10, department: 'x' }),
    aCase({ id: 'other', opened: 5, department: 'y', grid: 'g2' }),
    aCase({ id: 'first', stage: 'reported', department: null }),
  ];
  const ids = (filter: { department: string | null; grid: string | null }) => columns(open, [], ['reported', 'registered'], filter).map(({ cases }) => cases.map(({ id }) => id));
  expect(ids({ department: null, grid: null })).toEqual([['first'], ['other', 'early', 'late']]);
  expect(ids({ department: 'x', grid: null })).toEqual([[], ['early', 'late']]);
  expect(ids({ department: null, grid: 'g2' })).toEqual([[], ['other']]);
});
test('a closed case tells how long it took from the first word', () => {
  const closed = aCase({ id: 'c', stage: 'closed', opened: 100, history: [moved(100, null, 'reported'), moved(900, 'handling', 'closed')] });
  expect(tookMs(closed)).toBe(800);
  expect(tookMs(aCase({ id: 'o' }))).toBeNull();
});
