import { expect, test } from 'vitest';
import { checkPassword, hashPassword, isPassword } from '../../../cloud/accounts/passwords.ts';

const refused = (password: string, username = 'ann') =>
  checkPassword('password', password, username).then(
    () => null,
    (error: { refusal: string; faults: { key: string; value: unknown; allowed: string }[] }) => error.faults[0]?.allowed,
  );

test('a password is kept as argon2id with the parameters that OWASP asks for, salted', async () => {
  const hashes = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
  for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(hashes[0]).not.toBe(hashes[1]);
});

test('a password is compared whole and as it was given: no letter is cut off, folded or left out', async () => {
  const long = `${'Ünï 密码 '.repeat(25)}end`;
  const hash = await hashPassword(long);
  expect(await isPassword(hash, long)).toBe(true);
  for (const other of [long.slice(0, -1), long.toLowerCase(), long.trim().replace(/ /g, ''), `${long} `]) expect(await isPassword(hash, other)).toBe(false);
});

test('8 to 256 characters of any kind are taken, without rules of composition', async () => {
  for (const fine of ['zq jk xv', 'aaaaaaab', '密码密码密码密码', 'x'.repeat(256)]) expect([fine, await refused(fine)]).toEqual([fine, null]);
  for (const wrong of ['', 'zqjkxvw', 'x'.repeat(257)]) expect(await refused(wrong)).toBe('8 to 256 characters');
});

test('the three thousand most common passwords are not taken, nor a name with digits behind it', async () => {
  for (const common of ['password', 'Password1', '12345678', 'qwertyuiop', 'sunshine', 'Gridwarden', 'gridwarden2026'])
    expect(await refused(common)).toMatch(/^a password that is not among the most common/);
  expect(await refused('Wang.Wei88', 'wang.wei')).toMatch(/nor a name$/);
  expect(await refused('wang.wei-and-more', 'wang.wei')).toBeNull();
});

test('a refused password is not told back', async () => {
  await expect(checkPassword('password', 'password', 'ann')).rejects.toMatchObject({ refusal: 'invalid', faults: [{ key: 'password', value: '[secret]' }] });
});
