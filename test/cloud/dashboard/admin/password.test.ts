import { expect, test } from 'vitest';
import { newPassword } from '../../../../cloud/dashboard/admin/password.ts';

test('a password has three groups of four, without what is easily confused', () => {
  for (let i = 0; i < 50; i++) expect(newPassword()).toMatch(/^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}$/);
});
test('two are not the same', () => {
  expect(new Set(Array.from({ length: 100 }, () => newPassword())).size).toBe(100);
});
