import { expect, test } from 'vitest';
import { filterOf, neighbour, ordered, settled } from '../../../../cloud/dashboard/case/queue.ts';
import { aCase } from '../../../kit/page-shapes.ts';

const since = (id: string, stage: 'handling' | 'checking' | 'closed', at: number, more = {}) =>
  aCase({ id, stage, history: [{ at, by: 'a', action: 'x', from: null, to: stage, note: null }], ...more });
const all = [since('young', 'handling', 30), since('old', 'handling', 10), since('other', 'checking', 20), since('ended', 'closed', 5), since('ended later', 'closed', 9)];
const ids = (cases: readonly { id: string }[]) => cases.map(({ id }) => id);

test('a stage that nobody knows means all that are open', () => {
  expect(filterOf({ stage: 'nonsense', department: '', grid: 'g1' })).toEqual({ stage: 'open', department: null, grid: 'g1' });
});
test('what has stood longest is first, of ended ones the newest end', () => {
  expect(ids(ordered(all, filterOf({ stage: 'handling' })))).toEqual(['old', 'young']);
  expect(ids(ordered(all, filterOf({})))).toEqual(['old', 'other', 'young']);
  expect(ids(ordered(all, filterOf({ stage: 'closed' })))).toEqual(['ended later', 'ended']);
});
test('department and grid narrow it', () => {
  const some = [since('a', 'handling', 1, { department: 'd1' }), since('b', 'handling', 2, { department: 'd2', grid: 'g2' })];
  expect(ids(ordered(some, filterOf({ department: 'd2' })))).toEqual(['b']);
  expect(ids(ordered(some, filterOf({ department: 'd1', grid: 'g2' })))).toEqual([]);
});
test('the opened case keeps its place after an act that takes it out of the filter', () => {
  const moved = since('old', 'checking', 40);
  const wanted = ordered([all[0] as never, moved], filterOf({ stage: 'handling' }));
  expect(ids(settled(wanted, ['old', 'young'], moved))).toEqual(['old', 'young']);
  expect(ids(settled(wanted, ['old', 'young'], null))).toEqual(['young']);
});
test('a case opened from elsewhere that fits no filter stands first; one that fits stands where it belongs', () => {
  const wanted = ordered(all, filterOf({ stage: 'handling' }));
  expect(ids(settled(wanted, [], all[2] as never))).toEqual(['other', 'old', 'young']);
  expect(ids(settled(wanted, [], all[0] as never))).toEqual(['old', 'young']);
});
test('j and k go to the neighbour and stop at the ends', () => {
  expect(neighbour(['a', 'b', 'c'], 'b', 1)).toBe('c');
  expect(neighbour(['a', 'b', 'c'], 'a', -1)).toBeNull();
  expect(neighbour(['a', 'b'], 'gone', 1)).toBe('a');
  expect(neighbour([], null, 1)).toBeNull();
});
