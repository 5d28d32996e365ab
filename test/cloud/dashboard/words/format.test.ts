import { describe, expect, test } from 'vitest';
import { age, clockTime, dateTime, dayStart, duration, groupedCode, nearTime, number, short, withUnit } from '../../../../cloud/dashboard/words/format.ts';

const zone = 'Asia/Shanghai';
const nine = Date.UTC(2026, 10, 24, 1, 12, 36);

test('numbers have groups, their digits and a true minus', () => {
  expect(number(49_481)).toBe('49,481');
  expect(number(22.66, 1)).toBe('22.7');
  expect(number(-97, 0)).toBe('−97');
  expect(number(Number.NaN)).toBe('–');
});
test('a unit stands close when it is a sign, apart when it is a word', () => {
  expect(withUnit('22.7', '°')).toBe('22.7°');
  expect(withUnit('1,240', 'mm')).toBe('1,240 mm');
  expect(withUnit('3', '')).toBe('3');
});
test('counts on the map stay within four signs', () => {
  expect([7, 960, 1000, 1240, 9949, 9999, 15_600].map(short)).toEqual(['7', '960', '1.0k', '1.2k', '9.9k', '10k', '16k']);
});
describe('how long', () => {
  test.each([
    [4000, '4 秒', '4 s'],
    [152_000, '2 分 32 秒', '2 m 32 s'],
    [248_000, '4 分 08 秒', '4 m 08 s'],
    [660_000, '11 分', '11 m'],
    [4_800_000, '1 时 20 分', '1 h 20 m'],
    [7_200_000, '2 时', '2 h'],
    [100_000_000, '1 天 3 时', '1 d 3 h'],
    [-5, '0 秒', '0 s'],
  ])('%d ms', (ms, zh, en) => {
    expect(duration(ms, 'zh')).toBe(zh);
    expect(duration(ms, 'en')).toBe(en);
  });
  test('an age is one part alone', () => {
    expect([900, 61_000, 3_700_000, 200_000_000].map((ms) => age(ms, 'en'))).toEqual(['0 s', '1 m', '1 h', '2 d']);
  });
});
test('times are of the district', () => {
  expect(clockTime(nine, zone)).toBe('09:12:36');
  expect(dateTime(nine, zone)).toBe('2026-11-24 09:12');
  expect(nearTime(nine, nine + 3_600_000, zone)).toBe('09:12:36');
  expect(nearTime(nine, nine + 86_400_000, zone)).toBe('11-24 09:12');
});
test('a day begins at its midnight there, also on days when the clock is shifted', () => {
  expect(dayStart(nine, zone)).toBe(Date.UTC(2026, 10, 23, 16));
  expect(dayStart(Date.UTC(2026, 2, 29, 12), 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 28, 23));
  expect(dayStart(Date.UTC(2026, 9, 25, 12), 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 24, 22));
});
test('a component code is read in its groups, others as they are', () => {
  expect(groupedCode('1304060102004417')).toBe('130406 0102 004417');
  expect(groupedCode('24e124abc')).toBe('24e124abc');
});
