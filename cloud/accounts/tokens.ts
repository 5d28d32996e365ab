/** API tokens: what a script shows instead of a session, with the rights that its maker has now. */
import Type, { type Static } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import { newUlid } from '../../devices/ids.ts';
import { audit, type Desk } from '../desk/desk.ts';
import { invalid, notFound } from '../refusal.ts';
import { type GivenScope, scopeOf } from './account.ts';
import { newSecret, secretHash } from './passwords.ts';
import type { Role } from './rights.ts';
import type { RightsNews } from './rights-news.ts';
import type { Viewer } from './viewer.ts';

const yearMs = 366 * 86_400_000;

/** `expires` in milliseconds. The token itself is shown once, when it is made. */
export const Token = Type.Object({ id: Type.String(), name: Type.String(), created: Type.Number(), expires: Type.Number() });
export type Token = Static<typeof Token>;
export const TokenInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    expires: Type.Optional(Type.Union([Type.Number(), Type.Null()], { description: 'milliseconds since 1970; without it a year from now, which is also the most' })),
  },
  { additionalProperties: false },
);
export type TokenInput = Static<typeof TokenInput>;

export class Tokens {
  readonly #deps: { desk: Desk; clock: Clock; news: RightsNews };

  constructor(deps: { desk: Desk; clock: Clock; news: RightsNews }) {
    this.#deps = deps;
  }

  async identify(secret: string): Promise<Viewer | undefined> {
    const row = await this.#deps.desk.read
      .selectFrom('tokens')
      .innerJoin('accounts', 'accounts.username', 'tokens.username')
      .select(['tokens.id', 'tokens.expires', 'accounts.username', 'accounts.role', 'accounts.scope'])
      .where('tokens.hash', '=', secretHash(secret))
      .where('tokens.expires', '>', this.#deps.clock.now())
      .where('accounts.removed', 'is', null)
      .executeTakeFirst();
    return row && { username: row.username, role: row.role as Role, scope: scopeOf(JSON.parse(row.scope) as GivenScope), via: { token: row.id }, until: row.expires };
  }

  /** The viewer's own, newest first. */
  async list(viewer: Viewer, filter: { limit: number; before?: string | undefined }): Promise<{ items: Token[]; next: string | null; total: number }> {
    const of = this.#deps.desk.read.selectFrom('tokens').where('username', '=', viewer.username);
    const { total } = await of.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    let wanted = of
      .select(['id', 'name', 'created', 'expires'])
      .orderBy('id', 'desc')
      .limit(filter.limit + 1);
    if (filter.before !== undefined) wanted = wanted.where('id', '<', filter.before);
    const rows = await wanted.execute();
    const items = rows.slice(0, filter.limit);
    return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null, total };
  }

  /** A token that is made with a token ends no later than that one. */
  async create(viewer: Viewer, input: TokenInput): Promise<{ id: string; token: string; expires: number }> {
    const now = this.#deps.clock.now();
    const expires = Math.floor(input.expires ?? now + yearMs - 86_400_000);
    if (expires <= now || expires > now + yearMs)
      throw invalid([{ key: 'expires', value: input.expires, allowed: 'a time after now and at most a year ahead, in milliseconds since 1970' }]);
    const secret = `gwt_${newSecret()}`;
    const id = newUlid(now);
    const kept = await this.#deps.desk.act(async (trx) => {
      const parent = 'token' in viewer.via ? await trx.selectFrom('tokens').select('expires').where('id', '=', viewer.via.token).executeTakeFirst() : undefined;
      const kept = Math.min(expires, parent?.expires ?? expires);
      await trx
        .insertInto('tokens')
        .values({ id, hash: secretHash(secret), username: viewer.username, name: input.name, created: now, expires: kept })
        .execute();
      await audit(trx, { at: now, by: viewer.username, action: 'create', subject: `token ${id}`, detail: { name: input.name, expires: kept } });
      return kept;
    });
    return { id, token: secret, expires: kept };
  }

  async remove(viewer: Viewer, id: string): Promise<void> {
    await this.#deps.desk.act(async (trx) => {
      const removed = await trx.deleteFrom('tokens').where('id', '=', id).where('username', '=', viewer.username).executeTakeFirst();
      if (removed.numDeletedRows === 0n) throw notFound('token');
      await audit(trx, { at: this.#deps.clock.now(), by: viewer.username, action: 'remove', subject: `token ${id}` });
    });
    this.#deps.news.tell({ username: viewer.username, token: id });
  }
}
