import { describe, expect, test } from 'vitest';
import { nothingHeld, takeDelta, takeSnapshot } from '../../../../cloud/dashboard/live/reduce.ts';
import { aCase, anAlert } from '../../../kit/page-shapes.ts';

const held = () => {
  const view = nothingHeld();
  takeSnapshot(view, { version: 5, alerts: [anAlert({ id: 'a1' })], cases: [aCase({ id: 'c1' })], devices: [{ id: 'd1', status: 'warning' }] });
  return view;
};

test('a snapshot replaces everything', () => {
  const view = held();
  takeSnapshot(view, { version: 9, alerts: [], cases: [aCase({ id: 'c2' })], devices: [{ id: 'd2', status: 'ok' }] });
  expect(view.version).toBe(9);
  expect([...view.alerts.keys()]).toEqual([]);
  expect([...view.cases.keys()]).toEqual(['c2']);
  expect(view.statuses.size).toBe(0);
});

test('a snapshot tells which alerts were not known before', () => {
  const view = held();
  const change = takeSnapshot(view, { version: 9, alerts: [anAlert({ id: 'a1' }), anAlert({ id: 'a2' })], cases: [], devices: [] });
  expect(change.raised.map(({ alert }) => alert.id)).toEqual(['a2']);
});

describe('a delta', () => {
  test('that follows what is held changes the items it names', () => {
    const view = held();
    const change = takeDelta(view, {
      version: 6,
      prev: 5,
      alerts: [anAlert({ id: 'a2', severity: 'critical' })],
      devices: [
        { id: 'd1', status: 'ok' },
        { id: 'd3', status: 'alarm' },
      ],
    });
    expect(change).toMatchObject({ alerts: true, cases: false, statuses: true, raised: [{ why: 'new' }], items: 3 });
    expect(view.version).toBe(6);
    expect([...view.alerts.keys()]).toEqual(['a1', 'a2']);
    expect([...view.statuses]).toEqual([['d3', 'alarm']]);
  });

  test('that does not follow is a gap and changes nothing', () => {
    const view = held();
    expect(takeDelta(view, { version: 8, prev: 6, alerts: [{ id: 'a1', gone: true }] })).toBe('gap');
    expect(view.version).toBe(5);
    expect(view.alerts.has('a1')).toBe(true);
  });

  test('before any snapshot is a gap', () => {
    expect(takeDelta(nothingHeld(), { version: 1, prev: 0 })).toBe('gap');
  });

  test('takes away what is gone, resolved, closed or void', () => {
    const view = held();
    takeDelta(view, {
      version: 6,
      prev: 5,
      alerts: [anAlert({ id: 'a1', state: 'resolved' })],
      cases: [aCase({ id: 'c1', stage: 'closed' })],
      devices: [{ id: 'd1', gone: true }],
    });
    expect([view.alerts.size, view.cases.size, view.statuses.size]).toEqual([0, 0, 0]);
    takeDelta(view, { version: 7, prev: 6, cases: [aCase({ id: 'c2' })] });
    takeDelta(view, { version: 8, prev: 7, cases: [{ id: 'c2', gone: true }] });
    expect(view.cases.size).toBe(0);
  });

  test('tells of an alert that became worse, and of an SOS that was pressed again, not of any other change', () => {
    const view = held();
    const why = (id: string, change: Parameters<typeof anAlert>[0]) => {
      const result = takeDelta(view, { version: Number(view.version) + 1, prev: view.version as number, alerts: [anAlert({ ...change, id })] });
      return result === 'gap' ? result : result.raised.map((raised) => raised.why);
    };
    expect(why('a1', { id: 'a1', severity: 'critical' })).toEqual(['worse']);
    expect(why('a1', { id: 'a1', severity: 'critical', state: 'acknowledged' })).toEqual([]);
    expect(why('a1', { id: 'a1', severity: 'critical', count: 4 })).toEqual([]);
    expect(why('s1', { id: 's1', cause: 'sos', severity: 'critical' })).toEqual(['new']);
    expect(why('s1', { id: 's1', cause: 'sos', severity: 'critical', count: 2 })).toEqual(['again']);
  });

  test('with a device change that is not of its status leaves the statuses alone', () => {
    const view = held();
    expect(takeDelta(view, { version: 6, prev: 5, devices: [{ id: 'd1', name: 'new name' }] })).toMatchObject({ statuses: false });
  });
});
