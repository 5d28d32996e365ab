import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RightsChange } from '../../../cloud/accounts/accounts.ts';
import { Accounts, longestSessionMs, sessionMs, type Viewer } from '../../../cloud/accounts/accounts.ts';
import { missing } from '../../../cloud/register/register.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
let accounts: Accounts;
let news: RightsChange[];
let logged: Record<string, unknown>[];
const password = 'correct horse';

beforeEach(async () => {
  at = await openDesk();
  logged = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  accounts = new Accounts({ desk: at.desk, clock: at.clock, log, missing });
  news = [];
  accounts.onRightsChange((change) => news.push(change));
});
afterEach(() => at.close());

const make = (username: string, role: Viewer['role'] = 'viewer') => accounts.create('system', { username, password, role, scope: { all: true } });
const signIn = (username: string, given = password, address = '10.0.0.1', shown?: string) => accounts.sessions.signIn(username, given, address, shown);
const who = async (session: string) => (await accounts.identify({ session }))?.viewer.username;

const never = () => {
  throw new Error('nothing is to be shown');
};

test('the first start makes one administrator, with the password that was given or one that is told once', async () => {
  const shown: string[] = [];
  // Shown before the account is there: a process that ends in between has locked nobody out.
  const interrupted = accounts.ensureAdministrator(undefined, (password) => {
    shown.push(password);
    throw new Error('the process ends');
  });
  await expect(interrupted).rejects.toThrow('the process ends');
  await accounts.ensureAdministrator(undefined, (password) => shown.push(password));
  expect(shown).toEqual([expect.stringMatching(/^.{16,}$/), expect.stringMatching(/^.{16,}$/)]);
  expect((await signIn('admin', shown[1])).viewer).toMatchObject({ username: 'admin', role: 'administrator', scope: { all: true } });
  await accounts.ensureAdministrator('another password', never);
  await accounts.ensureAdministrator(undefined, never);
  await expect(signIn('admin', 'another password')).rejects.toMatchObject({ refusal: 'wrong-password' });
});

test('a given administrator password is used and not told back; one that is too short stops the start', async () => {
  await expect(accounts.ensureAdministrator('short', never)).rejects.toMatchObject({ refusal: 'invalid', message: 'GW_ADMIN_PASSWORD: 8 to 256 characters' });
  await accounts.ensureAdministrator(password, never);
  expect((await signIn('admin')).viewer.username).toBe('admin');
});

test('passwords are stored as argon2id, sessions and tokens as hashes', async () => {
  await make('ann');
  const { secret, viewer } = await signIn('ann');
  const { token } = await accounts.tokens.create(viewer, { name: 'script' });
  const rows = JSON.stringify([
    await at.desk.read.selectFrom('accounts').selectAll().execute(),
    await at.desk.read.selectFrom('sessions').selectAll().execute(),
    await at.desk.read.selectFrom('tokens').selectAll().execute(),
    await at.desk.read.selectFrom('audit').selectAll().execute(),
  ]);
  expect(rows).toContain('$argon2id$');
  for (const text of [password, secret, token]) expect(rows).not.toContain(text);
});

test('a session goes on while it is used and ends 12 hours after the last use', async () => {
  await make('ann');
  const { secret } = await signIn('ann');
  for (let i = 0; i < 3; i++) {
    at.clock.advance(sessionMs - 1000);
    expect(await accounts.identify({ session: secret })).toMatchObject({ renewed: true });
  }
  expect(await accounts.identify({ session: secret })).toMatchObject({ renewed: false });
  at.clock.advance(sessionMs);
  expect(await who(secret)).toBeUndefined();
});

test('a session that is used all the time ends after a week', async () => {
  await make('ann');
  const { secret } = await signIn('ann');
  for (let used = 0; used < longestSessionMs - sessionMs / 2; used += sessionMs / 2) {
    expect(await who(secret)).toBe('ann');
    at.clock.advance(sessionMs / 2);
  }
  expect(await accounts.identify({ session: secret })).toMatchObject({ viewer: { until: expect.closeTo(at.clock.now() + sessionMs / 2, -4) } });
  at.clock.advance(sessionMs / 2);
  expect(await who(secret)).toBeUndefined();
});

test('signing in makes a new session and ends the one that was shown', async () => {
  await make('ann');
  const first = await signIn('ann');
  const second = await signIn('ann', password, '10.0.0.1', first.secret);
  expect(second.secret).not.toBe(first.secret);
  expect(await who(first.secret)).toBeUndefined();
  expect(await who(second.secret)).toBe('ann');
  await make('bob');
  await signIn('bob', password, '10.0.0.1', second.secret);
  expect(await who(second.secret)).toBeUndefined();
  expect(news.map(({ username }) => username)).toEqual(['ann', 'ann']);
});

test('a wrong password and an unknown name are told in the same words', async () => {
  await make('ann');
  const wrong = await signIn('ann', 'not the password').catch((error: Error) => error.message);
  const unknown = await signIn('nobody', 'not the password').catch((error: Error) => error.message);
  expect(wrong).toBe(unknown);
});

test('repeated failures are refused with the seconds to wait, for that name from that address alone, and longer each time', async () => {
  await make('ann');
  for (let i = 0; i < 5; i++) await expect(signIn('ann', 'not the password')).rejects.toMatchObject({ refusal: 'wrong-password' });
  const refused = await signIn('ann').catch((error) => error);
  expect(refused).toMatchObject({ refusal: 'too-many-attempts', more: { retryAfter: 30 } });
  expect((await signIn('ann', password, '10.0.0.2')).viewer.username).toBe('ann');
  at.clock.advance(30_000);
  await expect(signIn('ann', 'not the password')).rejects.toMatchObject({ refusal: 'wrong-password' });
  expect(await signIn('ann').catch((error) => error)).toMatchObject({ more: { retryAfter: 60 } });
  at.clock.advance(60_000);
  expect((await signIn('ann')).viewer.username).toBe('ann');
});

test('guesses at the same moment are counted from their beginning', async () => {
  await make('ann');
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => signIn('ann', 'not the password').catch((error) => error.refusal)));
  expect(outcomes.filter((outcome) => outcome === 'wrong-password')).toHaveLength(5);
  expect(outcomes.filter((outcome) => outcome === 'too-many-attempts')).toHaveLength(15);
});

test('right passwords that come together are all let in, and failures beside them are counted', async () => {
  await make('ann');
  const right = Promise.all(Array.from({ length: 12 }, () => signIn('ann')));
  await expect(signIn('ann', 'not the password')).rejects.toMatchObject({ refusal: 'wrong-password' });
  expect((await right).map(({ viewer }) => viewer.username)).toEqual(Array(12).fill('ann'));
  for (let i = 0; i < 4; i++) await expect(signIn('ann', 'not the password')).rejects.toMatchObject({ refusal: 'wrong-password' });
});

test('a change of role, scope or password ends all sessions of the account and is told; a change to the same does not', async () => {
  await make('ann');
  await make('bob');
  const bob = await signIn('bob');
  for (const patch of [{ role: 'dispatcher' as const }, { password: 'another password' }]) {
    const { secret } = await signIn('ann');
    await accounts.patch('admin', 'ann', patch);
    expect(await who(secret)).toBeUndefined();
    expect(news.at(-1)).toEqual({ username: 'ann' });
  }
  const { secret } = await signIn('ann', 'another password');
  news.length = 0;
  await accounts.patch('admin', 'ann', { role: 'dispatcher' });
  expect(await who(secret)).toBe('ann');
  expect(news).toEqual([]);
  expect(await who(bob.secret)).toBe('bob');
});

test('changing the own password needs the old one, ends the other sessions and keeps the present', async () => {
  await make('ann');
  const other = await signIn('ann');
  const { secret, viewer } = await signIn('ann');
  await expect(accounts.sessions.changePassword(viewer, 'not the password', 'another password', '10.0.0.1')).rejects.toMatchObject({ refusal: 'invalid' });
  await expect(accounts.sessions.changePassword(viewer, password, 'shorter', '10.0.0.1')).rejects.toMatchObject({ refusal: 'invalid' });
  await accounts.sessions.changePassword(viewer, password, 'another password', '10.0.0.1');
  expect(await who(secret)).toBe('ann');
  expect(await who(other.secret)).toBeUndefined();
  expect(news).toEqual([{ username: 'ann', session: expect.any(String) }]);
  expect((await signIn('ann', 'another password')).viewer.username).toBe('ann');
});

test('a new password ends the API tokens that were made before it, whoever sets it; the one that it was asked with goes on', async () => {
  await make('ann');
  const { viewer } = await signIn('ann');
  const made = async () => (await accounts.tokens.create(viewer, { name: 'script' })).token;
  const lives = async (bearer: string) => (await accounts.identify({ bearer })) !== undefined;
  const first = await made();
  news.length = 0;
  await accounts.sessions.changePassword(viewer, password, 'another password', '10.0.0.1');
  expect(await lives(first)).toBe(false);
  expect(news).toEqual([{ username: 'ann', token: expect.any(String) }]);

  const [second, third] = [await made(), await made()];
  await accounts.patch('admin', 'ann', { role: 'dispatcher' });
  expect([await lives(second), await lives(third)]).toEqual([true, true]);
  const script = (await accounts.identify({ bearer: second }))?.viewer as Viewer;
  await accounts.sessions.changePassword(script, 'another password', password, '10.0.0.1');
  expect([await lives(second), await lives(third)]).toEqual([true, false]);
  await accounts.patch('admin', 'ann', { password: 'a third password' });
  expect(await lives(second)).toBe(false);
});

test('a failed sign-in is written down with the name of an account, and never with what is no name', async () => {
  await make('ann');
  for (const name of ['ann', 'hunter2 in the wrong field']) await expect(signIn(name, 'not the password')).rejects.toMatchObject({ refusal: 'wrong-password' });
  expect(logged.map(({ username, address, msg }) => ({ username, address, msg }))).toEqual([
    { username: 'ann', address: '10.0.0.1', msg: 'a sign-in failed' },
    { username: null, address: '10.0.0.1', msg: 'a sign-in failed' },
  ]);
});

test('a removed account ends with its sessions and tokens, and its name is never used again', async () => {
  await make('ann');
  const { secret, viewer } = await signIn('ann');
  const { token } = await accounts.tokens.create(viewer, { name: 'script' });
  await accounts.remove('admin', 'ann');
  expect(await who(secret)).toBeUndefined();
  expect(await accounts.identify({ bearer: token })).toBeUndefined();
  await expect(signIn('ann')).rejects.toMatchObject({ refusal: 'wrong-password' });
  await expect(make('ann')).rejects.toMatchObject({ refusal: 'conflict', message: expect.stringContaining('never used again') });
  await expect(accounts.patch('admin', 'ann', { role: 'viewer' })).rejects.toMatchObject({ refusal: 'not-found' });
  expect((await accounts.list({ limit: 10 })).items).toEqual([]);
});

test('the last administrator can be neither removed nor made something else', async () => {
  await accounts.ensureAdministrator(password, never);
  await at.desk.act(async (trx) => void (await trx.insertInto('grids').values({ id: 'g1', name: 'g1', worker: null, polygon: null }).execute()));
  await accounts.create('admin', { username: 'partly', password, role: 'administrator', scope: { grid: 'g1' } });
  await expect(accounts.remove('admin', 'admin')).rejects.toMatchObject({ refusal: 'conflict' });
  await expect(accounts.patch('admin', 'admin', { role: 'viewer' })).rejects.toMatchObject({ refusal: 'conflict' });
  await expect(accounts.patch('admin', 'admin', { scope: { grid: 'g1' } })).rejects.toMatchObject({ refusal: 'conflict' });
  await make('second', 'administrator');
  await accounts.remove('second', 'admin');
  await expect(accounts.remove('second', 'second')).rejects.toMatchObject({ refusal: 'conflict' });
});

test('two administrators who remove each other at once leave one', async () => {
  await make('one', 'administrator');
  await make('two', 'administrator');
  const outcomes = await Promise.allSettled([accounts.remove('one', 'two'), accounts.remove('two', 'one')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a scope is told back as it was given, and must name what exists', async () => {
  await at.desk.act(async (trx) => void (await trx.insertInto('sites').values({ id: 's1', name: 's1', polygon: null, plan: null }).execute()));
  for (const scope of [{ site: 's1' }, { site: ['s1'] }]) {
    const username = `u${JSON.stringify(scope).length}`;
    expect((await accounts.create('admin', { username, password, role: 'school', scope })).scope).toEqual(scope);
    expect((await signIn(username)).viewer.scope).toEqual({ site: ['s1'] });
  }
  for (const scope of [{ all: true as const }, { grid: 'g1' }, { department: 'd1' }])
    await expect(accounts.create('admin', { username: 'x', password, role: 'school', scope })).rejects.toMatchObject({
      faults: [{ key: 'scope', allowed: 'of a school: {site}, its own campus' }],
    });
  await make('everyone');
  await expect(accounts.patch('admin', 'everyone', { role: 'school' })).rejects.toMatchObject({ refusal: 'invalid' });
  await expect(accounts.create('admin', { username: 'x', password, role: 'school', scope: { site: ['s1', 's2'] } })).rejects.toMatchObject({
    faults: [{ key: 'scope.site', value: 's2', allowed: 'the id of a site that exists' }],
  });
});

test('an API token has the rights that its maker has now, ends by time or by hand, and is listed without its secret', async () => {
  await make('ann');
  const { viewer } = await signIn('ann');
  const { id, token } = await accounts.tokens.create(viewer, { name: 'script', expires: at.clock.now() + 60_000 });
  expect(await accounts.identify({ bearer: token })).toMatchObject({ viewer: { username: 'ann', role: 'viewer', via: { token: id } } });
  await accounts.patch('admin', 'ann', { role: 'dispatcher' });
  expect(await accounts.identify({ bearer: token })).toMatchObject({ viewer: { role: 'dispatcher' } });
  expect(await accounts.tokens.list(viewer, { limit: 10 })).toEqual({
    items: [{ id, name: 'script', created: at.clock.now(), expires: at.clock.now() + 60_000 }],
    next: null,
    total: 1,
  });
  at.clock.advance(60_000);
  expect(await accounts.identify({ bearer: token })).toBeUndefined();
  const second = await accounts.tokens.create(viewer, { name: 'second' });
  await make('bob');
  await expect(accounts.tokens.remove((await signIn('bob')).viewer, second.id)).rejects.toMatchObject({ refusal: 'not-found' });
  await accounts.tokens.remove(viewer, second.id);
  expect(await accounts.identify({ bearer: second.token })).toBeUndefined();
  expect(news.at(-1)).toEqual({ username: 'ann', token: second.id });
});

test('a token that is made with a token ends no later than that one', async () => {
  await make('ann');
  const { viewer } = await signIn('ann');
  const parent = await accounts.tokens.create(viewer, { name: 'parent', expires: at.clock.now() + 60_000 });
  const { viewer: script } = (await accounts.identify({ bearer: parent.token }))!;
  expect((await accounts.tokens.create(script, { name: 'child' })).expires).toBe(at.clock.now() + 60_000);
});

test('signing out ends the session and tells of it', async () => {
  await make('ann');
  const { secret, viewer } = await signIn('ann');
  await accounts.sessions.signOut(viewer);
  expect(await who(secret)).toBeUndefined();
  expect(news).toEqual([{ username: 'ann', session: 'session' in viewer.via ? viewer.via.session : '' }]);
});

test("one listener's failure does not keep a change of rights from the others", async () => {
  const heard: RightsChange[] = [];
  accounts.onRightsChange(() => {
    throw new Error('broken');
  });
  const stop = accounts.onRightsChange((change) => heard.push(change));
  await make('ann');
  await accounts.remove('admin', 'ann');
  stop();
  expect(heard).toEqual([{ username: 'ann' }]);
});

test('who did what and when is written down', async () => {
  await make('ann');
  await accounts.patch('admin', 'ann', { role: 'dispatcher', password: 'another password' });
  await accounts.remove('admin', 'ann');
  const rows = await at.desk.read.selectFrom('audit').selectAll().orderBy('id').execute();
  expect(rows.map(({ by, action, subject }) => [by, action, subject])).toEqual([
    ['system', 'create', 'account ann'],
    ['admin', 'change', 'account ann'],
    ['admin', 'remove', 'account ann'],
  ]);
  expect(rows[0]!.at).toBe(at.clock.now());
});
