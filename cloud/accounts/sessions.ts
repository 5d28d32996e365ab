/** Sessions of people: made by a password, shown by a cookie, ended by time, by sign-out or by a change of the account. */
import type { Clock } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { audit, type Desk } from '../desk/desk.ts';
import { invalid, Refusal } from '../refusal.ts';
import { type GivenScope, scopeOf } from './account.ts';
import { checkPassword, hashPassword, isPassword, newSecret, secretHash } from './passwords.ts';
import type { Role } from './rights.ts';
import type { RightsNews } from './rights-news.ts';
import { slowed, Throttle } from './throttle.ts';
import type { Viewer } from './viewer.ts';

/** A session ends when it was not used for so long: a shift and the way home. */
export const sessionMs = 12 * 3_600_000;
/** However much it is used, it ends then: a wall of screens is signed in once a week. */
export const longestSessionMs = 7 * 86_400_000;
/** Its end is moved on at most so often, so that reading does not write. */
const renewMs = 60_000;

export interface SignedIn {
  viewer: Viewer;
  /** For the cookie; nothing else ever holds it. */
  secret: string;
}

export class Sessions {
  readonly #deps: { desk: Desk; clock: Clock; log: Logger; news: RightsNews };
  readonly #pairs: Throttle;
  readonly #addresses: Throttle;

  constructor(deps: { desk: Desk; clock: Clock; log: Logger; news: RightsNews }) {
    this.#deps = deps;
    this.#pairs = new Throttle(deps.clock, 5);
    // An address may stand for a whole office, so it has more tries, and they are counted over all names.
    this.#addresses = new Throttle(deps.clock, 100);
  }

  /** Throws 401 for a wrong name or password alike, 429 after repeated failures. A session that is shown while signing in ends: its id is never used on. */
  async signIn(username: string, password: string, address: string, shown: string | undefined): Promise<SignedIn> {
    const { desk, clock, log } = this.#deps;
    const pair = `${username}\u0000${address}`;
    const limits = [[this.#pairs, pair] as const, [this.#addresses, address] as const];
    const account = await slowed(limits, async () => {
      const row = await desk.read.selectFrom('accounts').selectAll().where('username', '=', username).where('removed', 'is', null).executeTakeFirst();
      return (await isPassword(row?.password, password)) ? row : undefined;
    });
    if (!account) {
      // A name that is no account's may be a password in the wrong field.
      const known = await desk.read.selectFrom('accounts').select('username').where('username', '=', username).executeTakeFirst();
      log.warn({ username: known?.username ?? null, address }, 'a sign-in failed');
      throw new Refusal('wrong-password', 'The user name or the password is wrong.');
    }
    const secret = newSecret();
    const id = secretHash(secret);
    const now = clock.now();
    const old = shown === undefined ? null : secretHash(shown);
    const ended = await desk.act(async (trx) => {
      await trx.deleteFrom('sessions').where('expires', '<=', now).execute();
      const ended = old === null ? undefined : await trx.deleteFrom('sessions').where('id', '=', old).returning(['id', 'username']).executeTakeFirst();
      // The account may have changed while its password was compared.
      const same = await trx.selectFrom('accounts').select('password').where('username', '=', username).where('removed', 'is', null).executeTakeFirst();
      if (same?.password !== account.password) throw new Refusal('wrong-password', 'The user name or the password is wrong.');
      await trx
        .insertInto('sessions')
        .values({ id, username, created: now, seen: now, expires: now + sessionMs })
        .execute();
      await audit(trx, { at: now, by: username, action: 'sign in', subject: `account ${username}` });
      return ended;
    });
    // It may have been another one's, on a shared screen.
    if (ended) this.#deps.news.tell({ username: ended.username, session: ended.id });
    return { secret, viewer: viewerOf(account, id) };
  }

  async identify(secret: string): Promise<{ viewer: Viewer; renewed: boolean } | undefined> {
    const { desk, clock, log } = this.#deps;
    const id = secretHash(secret);
    const now = clock.now();
    const row = await desk.read
      .selectFrom('sessions')
      .innerJoin('accounts', 'accounts.username', 'sessions.username')
      .select(['accounts.username', 'accounts.role', 'accounts.scope', 'sessions.created', 'sessions.seen', 'sessions.expires'])
      .where('sessions.id', '=', id)
      .where('sessions.expires', '>', now)
      .where('accounts.removed', 'is', null)
      .executeTakeFirst();
    if (!row) return undefined;
    const expires = Math.min(now + sessionMs, row.created + longestSessionMs);
    const renewed = now - row.seen >= renewMs && expires > row.expires;
    if (renewed) {
      // A disk that refuses must not keep people from reading.
      await desk
        .act(async (trx) => void (await trx.updateTable('sessions').set({ seen: now, expires }).where('id', '=', id).execute()))
        .catch((error) => log.warn({ reason: reasonOf(error) }, 'a session could not be renewed'));
    }
    return { viewer: { ...viewerOf(row, id), until: renewed ? expires : row.expires }, renewed };
  }

  async signOut(viewer: Viewer): Promise<void> {
    if (!('session' in viewer.via)) return;
    const { session } = viewer.via;
    await this.#deps.desk.act(async (trx) => {
      await trx.deleteFrom('sessions').where('id', '=', session).execute();
      await audit(trx, { at: this.#deps.clock.now(), by: viewer.username, action: 'sign out', subject: `account ${viewer.username}` });
    });
    this.#deps.news.tell({ username: viewer.username, session });
  }

  /** Ends the account's other sessions and its API tokens, which whoever knew the old password may have made; the present one goes on. */
  async changePassword(viewer: Viewer, old: string, next: string, address: string): Promise<void> {
    const { desk, clock, news } = this.#deps;
    const pair = `${viewer.username}\u0000${address}`;
    await checkPassword('new', next, viewer.username);
    const account = await slowed([[this.#pairs, pair]], async () => {
      const row = await desk.read.selectFrom('accounts').select('password').where('username', '=', viewer.username).where('removed', 'is', null).executeTakeFirst();
      return (await isPassword(row?.password, old)) ? row : undefined;
    });
    if (!account) throw invalid([{ key: 'old', value: '[secret]', allowed: 'the present password' }]);
    const password = await hashPassword(next);
    const { username } = viewer;
    const present = 'session' in viewer.via ? viewer.via.session : viewer.via.token;
    const [sessions, tokens] = await desk.act(async (trx) => {
      await trx.updateTable('accounts').set({ password }).where('username', '=', username).execute();
      const endOthers = (of: 'sessions' | 'tokens') => trx.deleteFrom(of).where('username', '=', username).where('id', '!=', present).returning('id').execute();
      const others = [await endOthers('sessions'), await endOthers('tokens')] as const;
      await audit(trx, { at: clock.now(), by: username, action: 'change password', subject: `account ${username}` });
      return others;
    });
    for (const { id } of sessions) news.tell({ username, session: id });
    for (const { id } of tokens) news.tell({ username, token: id });
  }
}

const viewerOf = (account: { username: string; role: string; scope: string }, session: string): Viewer => ({
  username: account.username,
  role: account.role as Role,
  scope: scopeOf(JSON.parse(account.scope) as GivenScope),
  via: { session },
});
