import { expect, test } from 'vitest';
import { knownFault } from '../../../../cloud/dashboard/app/known-faults.ts';

test('sentences of the cloud have words in both languages', () => {
  expect(knownFault('is required: 1 to 200 characters')?.key).toBe('fault.required');
  expect(knownFault('an id that is not taken')?.key).toBe('fault.taken');
  expect(knownFault('The user name "ann" is taken.')?.key).toBe('fault.taken');
  expect(knownFault('1 to 64 letters, digits, ".", "_" or "-"')?.key).toBe('fault.id');
  expect(knownFault('the id of an agent that exists')?.key).toBe('fault.unknown');
  expect(knownFault('16 hexadecimal digits (devEui)')?.key).toBe('fault.devEui');
  expect(knownFault('a password that is not among the most common ones, nor a name')?.key).toBe('fault.common');
  expect(knownFault('a position on site "school-1", or within 100 m of it')?.key).toBe('fault.ground');
  expect(knownFault('below the first level, 15')?.key).toBe('fault.clear');
});
test('how long is filled in', () => {
  expect(knownFault('8 to 200 characters')).toEqual({ key: 'fault.length', fill: { from: '8', to: '200' } });
});
test('another sentence is shown as it came', () => {
  expect(knownFault('whole seconds, 1 to 2678400')).toBeNull();
});
