import { expect, test } from 'vitest';
import { graceMs, Room } from '../../../cloud/journal/room.ts';

test('telemetry is asked to hold before its nine tenths are full, and may come again when there is room', () => {
  const room = new Room(1000);
  expect(room.update(799, 0)).toBe(false);
  expect(room.flow).toBe(true);
  expect(room.update(800, 0)).toBe(true);
  expect(room.flow).toBe(false);
  expect(room.update(750, 0)).toBe(false);
  expect(room.update(699, 0)).toBe(true);
  expect(room.flow).toBe(true);
});

test('after it was asked to hold, telemetry is taken for ten seconds, as far as the reserve goes', () => {
  const room = new Room(1000);
  room.update(850, 5000);
  expect(room.takesTelemetry(900, 5000 + graceMs - 1)).toBe(true);
  expect(room.takesTelemetry(901, 5000)).toBe(false);
  expect(room.takesTelemetry(860, 5000 + graceMs)).toBe(false);
});

test('the tenth of the events is never given to telemetry, not even in one large piece', () => {
  expect(new Room(1000).takesTelemetry(901, 0)).toBe(false);
});

test('the ten seconds begin anew with each time of holding', () => {
  const room = new Room(1000);
  room.update(850, 0);
  room.update(100, 50_000);
  room.update(850, 60_000);
  expect(room.takesTelemetry(860, 69_999)).toBe(true);
  expect(room.takesTelemetry(860, 70_000)).toBe(false);
});
