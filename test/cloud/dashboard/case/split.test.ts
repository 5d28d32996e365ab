import { expect, test } from 'vitest';
import { movedBy, movedTo } from '../../../../cloud/dashboard/case/split.ts';

test('arrows move the line by five in a hundred, Home and End to the edges, 0 to the middle', () => {
  expect(movedBy('ArrowLeft', 50)).toBe(45);
  expect(movedBy('ArrowRight', 50)).toBe(55);
  expect(movedBy('Home', 33)).toBe(0);
  expect(movedBy('End', 33)).toBe(100);
  expect(movedBy('0', 33)).toBe(50);
});
test('the line stays on the photo', () => {
  expect(movedBy('ArrowLeft', 3)).toBe(0);
  expect(movedBy('ArrowRight', 98)).toBe(100);
  expect([movedTo(-40, 0, 200), movedTo(999, 0, 200), movedTo(150, 100, 200)]).toEqual([0, 100, 25]);
});
test('another key means nothing to it, and a photo without width keeps it in the middle', () => {
  expect(movedBy('p', 50)).toBeNull();
  expect(movedTo(10, 0, 0)).toBe(50);
});
