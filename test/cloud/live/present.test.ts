import { describe, expect, test } from 'vitest';
import type { PlacedAlert } from '../../../cloud/alerts/alerts.ts';
import { Present } from '../../../cloud/live/present.ts';
import { deltaFor, snapshotFor, viewKey } from '../../../cloud/live/view.ts';
import type { Placed, Scope } from '../../../cloud/scope.ts';
import { caseRecord } from '../../kit/case.ts';

const place = (grid: string | null, ...departments: string[]): Placed => ({ grid, site: null, departments });
const alert = (id: string, over: Partial<PlacedAlert['alert']> = {}, placed = place('grid-1')): PlacedAlert => ({
  alert: {
    id,
    device: 'cover-1',
    agent: 'gw-1',
    grid: placed.grid,
    site: null,
    rule: 'tilt',
    cause: 'tilt',
    severity: 'warning',
    state: 'firing',
    count: 1,
    events: [],
    firstTs: 1,
    lastTs: 1,
    rx: 1,
    late_ms: 0,
    case: null,
    simulated: false,
    drill: false,
    message: { zh: '', en: '' },
    value: null,
    limit: null,
    resolvedTs: null,
    history: [],
    ...over,
  },
  placed,
});
const all = { role: 'administrator', scope: { all: true } as Scope } as const;
const grid = (...ids: string[]) => ({ role: 'gridworker', scope: { grid: ids } as Scope }) as const;

describe('what is present', () => {
  test('what was told while it was being read is newer than what was read', () => {
    const present = new Present();
    present.alert(alert('a', { count: 2 }));
    present.alert(alert('b', { state: 'resolved' }));
    present.case({ record: caseRecord({ id: 'c', stage: 'closed' }), before: null });
    present.load([alert('a'), alert('b'), alert('d')], [caseRecord({ id: 'c' }), caseRecord({ id: 'e' })]);
    expect([...present.alerts()].map((one) => [one.alert.id, one.alert.count])).toEqual([
      ['a', 2],
      ['d', 1],
    ]);
    expect([...present.cases()].map(({ id }) => id)).toEqual(['e']);
  });

  test('many changes of one thing are one, as it is now', () => {
    const present = new Present();
    for (let count = 1; count <= 5; count++) present.alert(alert('a', { count }));
    present.device({ id: 'd', status: 'alarm' }, place('grid-1'), place('grid-1'));
    present.device({ id: 'd', status: 'alarm', name: 'x' }, place('grid-1'), place('grid-1'));
    present.device({ id: 'd', status: 'ok' }, place('grid-1'), place('grid-1'));
    const lists = deltaFor(all, present.take());
    expect(lists?.alerts).toMatchObject([{ id: 'a', count: 5 }]);
    expect(lists?.devices).toEqual([{ id: 'd', status: 'ok', name: 'x' }]);
    expect(present.take()).toEqual([]);
  });

  test('all since a position is the same as what was taken bit by bit, and too long ago is not known', () => {
    const present = new Present(10);
    const start = present.position;
    present.alert(alert('a'));
    present.take();
    const middle = present.position;
    present.alert(alert('a', { count: 2 }));
    present.alert(alert('b'));
    present.take();
    expect(present.since(start)?.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(deltaFor(all, present.since(start) ?? [])?.alerts).toMatchObject([{ count: 2 }, { id: 'b' }]);
    expect(present.since(middle)?.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(present.since(present.position)).toEqual([]);
    expect(present.since(present.position + 1)).toBeNull();
    for (let i = 0; i < 20; i++) {
      present.alert(alert(`more-${i}`));
      present.take();
    }
    expect(present.since(start)).toBeNull();
    expect(present.since(present.oldest)).toHaveLength(10);
    expect(present.since(present.oldest - 1)).toBeNull();
  });
});

describe('a view', () => {
  test('is the same for those of equal role and scope alone', () => {
    expect(viewKey(grid('a'))).toBe(viewKey(grid('a')));
    expect(new Set([all, grid('a'), grid('b'), grid('a', 'b'), { ...grid('a'), role: 'viewer' as const }].map(viewKey)).size).toBe(5);
  });

  test('holds what is in scope; what leaves it is gone, what comes into it comes whole', () => {
    const present = new Present();
    const before = place('grid-1');
    const after = place('grid-2');
    present.device({ id: 'd', status: 'ok', kind: 'camera' }, after, before);
    present.alert(alert('x', {}, place('grid-3')));
    const changes = present.take();
    expect(deltaFor(grid('grid-1'), changes)).toEqual({ devices: [{ id: 'd', gone: true }] });
    expect(deltaFor(grid('grid-2'), changes)).toEqual({ devices: [{ id: 'd', status: 'ok', kind: 'camera' }] });
    expect(deltaFor(grid('grid-4'), changes)).toBeNull();
  });

  test('what came and went between two messages is gone, and what was never seen is not spoken of', () => {
    const present = new Present();
    present.device({ id: 'd', status: 'ok' }, place('grid-2'), place('grid-1'));
    present.device({ id: 'd', status: 'ok' }, place('grid-3'), place('grid-2'));
    const changes = present.take();
    for (const id of ['grid-1', 'grid-2']) expect(deltaFor(grid(id), changes)).toEqual({ devices: [{ id: 'd', gone: true }] });
    expect(deltaFor(grid('grid-4'), changes)).toBeNull();
  });

  test('a snapshot leaves out what is ok or out of scope', () => {
    const present = new Present();
    present.load([alert('a'), alert('b', {}, place('grid-2')), alert('agent', { device: null }, place(null))], [caseRecord({ grid: 'grid-1' })]);
    const devices = [
      { id: 'd1', status: 'alarm' as const, placed: place('grid-1') },
      { id: 'd2', status: 'ok' as const, placed: place('grid-1') },
      { id: 'd3', status: 'unknown' as const, placed: place('grid-2') },
    ];
    const snapshot = snapshotFor(grid('grid-1'), present, devices);
    expect(snapshot.alerts.map(({ id }) => id)).toEqual(['a']);
    expect(snapshot.cases).toMatchObject([{ id: 'case-1', actions: ['note'] }]);
    expect(snapshot.devices).toEqual([{ id: 'd1', status: 'alarm' }]);
    expect(snapshotFor(all, present, devices).alerts.map(({ id }) => id)).toEqual(['a', 'b', 'agent']);
  });
});
