import { expect, test } from 'vitest';
import { textOf } from '../../../../cloud/dashboard/admin/bytes.ts';

const base64 = (bytes: Buffer) => bytes.toString('base64');

test('text is shown as text, Chinese too', () => {
  expect(textOf(base64(Buffer.from('{"a":"井盖"}\n')))).toBe('{"a":"井盖"}\n');
});
test('what is no text is shown as bytes', () => {
  expect(textOf(base64(Buffer.from([0x01, 0x75, 0x64])))).toBe('01 75 64');
  expect(textOf(base64(Buffer.from([0xff, 0xfe])))).toBe('ff fe');
});
