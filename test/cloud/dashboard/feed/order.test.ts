import { describe, expect, test } from 'vitest';
import { type FeedEntry, feedOrder, settle, visibleRange } from '../../../../cloud/dashboard/feed/order.ts';
import { fc } from '../../../kit/fuzz.ts';
import { anAlert } from '../../../kit/page-shapes.ts';

const ids = (entries: readonly FeedEntry[]) => entries.map((entry) => (entry.type === 'heading' ? '—' : entry.id));
const alerts = [
  anAlert({ id: 'info', severity: 'info', firstTs: 90 }),
  anAlert({ id: 'crit-old', severity: 'critical', firstTs: 10 }),
  anAlert({ id: 'warn', severity: 'warning', firstTs: 50 }),
  anAlert({ id: 'crit-new', severity: 'critical', firstTs: 20 }),
  anAlert({ id: 'sos', severity: 'critical', cause: 'sos', firstTs: 5 }),
  anAlert({ id: 'acked', severity: 'critical', state: 'acknowledged', lastTs: 70 }),
  anAlert({ id: 'acked-late', severity: 'info', state: 'acknowledged', lastTs: 80 }),
];

describe('the order', () => {
  test('is unacknowledged by severity then newest, an SOS first; below them the acknowledged by time', () => {
    expect(ids(feedOrder(alerts, 'unacknowledged', false))).toEqual(['sos', 'crit-new', 'crit-old', 'warn', 'info', '—', 'acked-late', 'acked']);
  });
  test('holds the unacknowledged alone where they alone are wanted', () => {
    expect(ids(feedOrder(alerts, 'all', true))).toEqual(['sos', 'crit-new', 'crit-old', 'warn', 'info']);
  });
  test('is by time where all are wanted, and holds every one', () => {
    expect(ids(feedOrder(alerts, 'all', false)).sort()).toEqual(alerts.map((alert) => alert.id).sort());
    expect(ids(feedOrder(alerts, 'all', false))[0]).not.toBe('—');
  });
});

const row = (id: string): FeedEntry => ({ type: 'alert', id });
const always = () => true;

describe('under a hand', () => {
  test('rows keep their places, what is new waits, what is gone leaves', () => {
    const shown = ['a', 'b', 'c'].map(row);
    const { entries, waiting } = settle(shown, ['new', 'c', 'a'].map(row), true, null, (id) => id !== 'b');
    expect(ids(entries)).toEqual(['a', 'c']);
    expect(waiting).toEqual(['new']);
  });
  test('an empty list takes what comes', () => {
    expect(ids(settle([], ['a'].map(row), true, null, always).entries)).toEqual(['a']);
  });
  test('no row ever moves past another while held, and none is lost: shown or waiting', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 20 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const exists = new Set(after);
        const { entries, waiting } = settle(before.map(row), after.map(row), true, null, (id) => exists.has(id));
        const shown = ids(entries);
        if (before.length > 0) expect(shown).toEqual(before.filter((id) => exists.has(id)));
        expect([...shown, ...waiting].sort()).toEqual([...after].sort());
      }),
    );
  });
});

describe('the selected row', () => {
  test('keeps its place when it was acted upon', () => {
    const { entries } = settle(['a', 'b', 'c'].map(row), ['b', 'c', 'a'].map(row), false, 'a', always);
    expect(ids(entries)).toEqual(['a', 'b', 'c']);
  });
  test('rises when it became worse', () => {
    expect(ids(settle(['a', 'b', 'c'].map(row), ['c', 'a', 'b'].map(row), false, 'c', always).entries)).toEqual(['c', 'a', 'b']);
  });
  test('goes to its new place when the selection leaves it', () => {
    expect(ids(settle(['a', 'b', 'c'].map(row), ['b', 'c', 'a'].map(row), false, 'b', always).entries)).toEqual(['b', 'c', 'a']);
  });
});

test('of twelve thousand rows only those in sight and a few more are drawn, at their true place', () => {
  const entries: FeedEntry[] = Array.from({ length: 12_000 }, (_, i) => row(String(i)));
  entries.splice(100, 0, { type: 'heading', id: 'acknowledged', count: 11_900 });
  const { from, to, offset, total } = visibleRange(entries, 54 * 5000, 600, 54, 28);
  expect(to - from).toBeLessThan(24);
  expect(offset).toBe(54 * (from - 1) + 28);
  expect(offset).toBeLessThanOrEqual(54 * 5000);
  expect(total).toBe(12_000 * 54 + 28);
});
