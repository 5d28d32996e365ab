/** The door of the accounts: who may sign in, as what, and where their rights reach. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import { audit, type Desk, type Trx } from '../desk/desk.ts';
import { conflict, invalid, notFound } from '../refusal.ts';
import { type Account, type AccountInput, type AccountPatch, type GivenScope, scopeOf } from './account.ts';
import { checkLength, checkPassword, hashPassword, newPassword } from './passwords.ts';
import { RightsNews } from './rights-news.ts';
import { Sessions } from './sessions.ts';
import { Tokens } from './tokens.ts';
import type { Credentials, Viewer } from './viewer.ts';

export * from './account.ts';
export { newSecret, secretHash } from './passwords.ts';
export { type Act, acts, isAct, may, mayCommand, Role, roles, rolesFor } from './rights.ts';
export type { RightsChange } from './rights-news.ts';
export { longestSessionMs, sessionMs } from './sessions.ts';
export { Token, TokenInput } from './tokens.ts';
export type { Credentials, Viewer } from './viewer.ts';

export interface AccountsDeps {
  desk: Desk;
  clock: Clock;
  log: Logger;
  /** Which of these ids the register does not hold. */
  missing(trx: Trx, what: 'department' | 'grid' | 'site', ids: readonly string[]): Promise<string[]>;
}

export class Accounts {
  readonly #deps: AccountsDeps;
  readonly #news: RightsNews;
  readonly sessions: Sessions;
  readonly tokens: Tokens;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
    this.#news = new RightsNews(deps.log);
    this.sessions = new Sessions({ desk: deps.desk, clock: deps.clock, log: deps.log, news: this.#news });
    this.tokens = new Tokens({ desk: deps.desk, clock: deps.clock, news: this.#news });
  }

  /** Told after the commit, whenever a session or token ended or its rights are other than before. Returns what ends the telling. */
  get onRightsChange() {
    return this.#news.on;
  }

  /**
   * Makes the first administrator, `admin`, where there has never been an account. Without a password one is made and shown: before the account is there,
   * for a process that ends in between shows another one the next time, and one that nobody has seen would lock everybody out.
   */
  async ensureAdministrator(password: string | undefined, show: (password: string) => void): Promise<void> {
    const any = await this.#deps.desk.read.selectFrom('accounts').select('username').limit(1).executeTakeFirst();
    if (any) return;
    if (password !== undefined) checkLength('GW_ADMIN_PASSWORD', password);
    const made = password ?? newPassword();
    if (password === undefined) show(made);
    await this.#create('system', { username: 'admin', password: made, role: 'administrator', scope: { all: true } });
  }

  /** Whom a cookie or a bearer token stands for, with the rights of now. `renewed`: the session's end has moved on, so the cookie should be set again. */
  async identify(credentials: Credentials): Promise<{ viewer: Viewer; renewed: boolean } | undefined> {
    if (credentials.bearer !== undefined) {
      const viewer = await this.tokens.identify(credentials.bearer);
      return viewer && { viewer, renewed: false };
    }
    return credentials.session === undefined ? undefined : this.sessions.identify(credentials.session);
  }

  async list(filter: { limit: number; after?: string | undefined }): Promise<{ items: Account[]; next: string | null; total: number }> {
    const of = this.#deps.desk.read.selectFrom('accounts').where('removed', 'is', null);
    const { total } = await of.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const rows = await of
      .selectAll()
      .where('username', '>', filter.after ?? '')
      .orderBy('username')
      .limit(filter.limit + 1)
      .execute();
    const items = rows.slice(0, filter.limit).map(accountOf);
    return { items, next: rows.length > filter.limit ? (items.at(-1)?.username ?? null) : null, total };
  }

  async create(by: string, input: AccountInput): Promise<Account> {
    await checkPassword('password', input.password, input.username);
    return this.#create(by, input);
  }

  async #create(by: string, input: AccountInput): Promise<Account> {
    const password = await hashPassword(input.password);
    const created = this.#deps.clock.now();
    await this.#deps.desk.act(async (trx) => {
      const taken = await trx.selectFrom('accounts').select('removed').where('username', '=', input.username).executeTakeFirst();
      if (taken) throw conflict(`The user name "${input.username}" is ${taken.removed === null ? 'taken' : 'of an account that was removed, and is never used again'}.`);
      await this.#checkScope(trx, input.role, input.scope);
      const row = { username: input.username, password, role: input.role, scope: JSON.stringify(input.scope), created, removed: null };
      await trx.insertInto('accounts').values(row).execute();
      await audit(trx, { at: created, by, action: 'create', subject: `account ${input.username}`, detail: { role: input.role, scope: input.scope } });
    });
    return { username: input.username, role: input.role, scope: input.scope, created };
  }

  /** Ends all sessions of the account where anything changes but to the same; a new password ends its API tokens, too. */
  async patch(by: string, username: string, patch: AccountPatch): Promise<Account> {
    if (patch.password !== undefined) await checkPassword('password', patch.password, username);
    const password = patch.password === undefined ? undefined : await hashPassword(patch.password);
    const at = this.#deps.clock.now();
    const { after, changed } = await this.#deps.desk.act(async (trx) => {
      const before = accountOf(await this.#present(trx, username));
      const after = { ...before, ...(patch.role ? { role: patch.role } : {}), ...(patch.scope ? { scope: patch.scope } : {}) };
      await this.#checkScope(trx, after.role, after.scope);
      const rights = after.role !== before.role || JSON.stringify(after.scope) !== JSON.stringify(before.scope);
      if (rights && isFullAdministrator(before) && !isFullAdministrator(after)) await this.#refuseLast(trx, username);
      const changed = rights || password !== undefined;
      if (changed) {
        await trx
          .updateTable('accounts')
          .set({ role: after.role, scope: JSON.stringify(after.scope), ...(password === undefined ? {} : { password }) })
          .where('username', '=', username)
          .execute();
        await trx.deleteFrom('sessions').where('username', '=', username).execute();
        if (password !== undefined) await trx.deleteFrom('tokens').where('username', '=', username).execute();
        const detail = { ...(rights ? { role: after.role, scope: after.scope } : {}), ...(password === undefined ? {} : { passwordChanged: true }) };
        await audit(trx, { at, by, action: 'change', subject: `account ${username}`, detail });
      }
      return { after, changed };
    });
    if (changed) this.#news.tell({ username });
    return after;
  }

  async remove(by: string, username: string): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.desk.act(async (trx) => {
      const row = await this.#present(trx, username);
      if (isFullAdministrator(accountOf(row))) await this.#refuseLast(trx, username);
      await trx.deleteFrom('sessions').where('username', '=', username).execute();
      await trx.deleteFrom('tokens').where('username', '=', username).execute();
      await trx.updateTable('accounts').set({ removed: at, password: '' }).where('username', '=', username).execute();
      await audit(trx, { at, by, action: 'remove', subject: `account ${username}` });
    });
    this.#news.tell({ username });
  }

  async #present(trx: Trx, username: string) {
    const row = await trx.selectFrom('accounts').selectAll().where('username', '=', username).where('removed', 'is', null).executeTakeFirst();
    if (!row) throw notFound('account');
    return row;
  }

  /** The installation is never without one who may do everything. */
  async #refuseLast(trx: Trx, username: string): Promise<void> {
    const others = await trx.selectFrom('accounts').selectAll().where('removed', 'is', null).where('role', '=', 'administrator').where('username', '!=', username).execute();
    if (!others.some((row) => isFullAdministrator(accountOf(row)))) throw conflict('This is the last administrator; make another one first.');
  }

  async #checkScope(trx: Trx, role: Account['role'], scope: GivenScope): Promise<void> {
    const wanted = scopeOf(scope);
    if (role === 'school' && !('site' in wanted)) throw invalid([{ key: 'scope', value: scope, allowed: 'of a school: {site}, its own campus' }]);
    if ('all' in wanted) return;
    const [what, ids] = Object.entries(wanted)[0] as ['department' | 'grid' | 'site', string[]];
    const missing = await this.#deps.missing(trx, what, ids);
    if (missing.length > 0) throw invalid([{ key: `scope.${what}`, value: missing.length === 1 ? missing[0] : missing, allowed: `the id of a ${what} that exists` }]);
  }
}

const isFullAdministrator = (account: Account): boolean => account.role === 'administrator' && 'all' in account.scope;

function accountOf(row: { username: string; role: string; scope: string; created: number }): Account {
  return { username: row.username, role: row.role as Account['role'], scope: JSON.parse(row.scope) as GivenScope, created: row.created };
}
