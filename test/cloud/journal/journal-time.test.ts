import { expect, test } from 'vitest';
import { JournalTime } from '../../../cloud/journal/journal-time.ts';
import { TestClock } from '../../kit/clock.ts';

test('it stands still until the cloud listens, goes on with the monotonic clock, and stands still again', () => {
  const clock = new TestClock();
  const time = new JournalTime(clock, 7000);
  clock.advance(1000);
  expect(time.now()).toBe(7000);
  time.listen(true);
  clock.advance(400);
  expect(time.now()).toBe(7400);
  time.listen(false);
  clock.advance(1000);
  expect(time.now()).toBe(7400);
});

test('a wall clock that jumps does not move it', () => {
  const clock = new TestClock();
  const time = new JournalTime(clock, 0);
  time.listen(true);
  clock.setWall(clock.now() + 3_600_000);
  clock.advance(100);
  expect(time.now()).toBe(100);
  clock.setWall(0);
  clock.advance(100);
  expect(time.now()).toBe(200);
});

test('time in which nothing ran at all counts for five seconds: a stopped cloud does not listen', () => {
  const clock = new TestClock();
  const time = new JournalTime(clock, 0);
  time.listen(true);
  clock.advance(300_000);
  expect(time.now()).toBe(5000);
  clock.advance(1000);
  expect(time.now()).toBe(6000);
});
