/** The store of agents: what connects. A token is shown once, when it is made; its SHA-256 alone is kept. */
import { createHash, randomBytes } from 'node:crypto';
import Type, { type Static, type TSchema } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import { idPattern } from '../../devices/ids.ts';
import { audit, type Desk } from '../desk/desk.ts';
import { conflict, notFound } from '../refusal.ts';
import { inScope, type Scope } from '../scope.ts';
import type { AgentCounts, Credential, GateStats } from '../threads/threads.ts';
import type { Actor } from './devices.ts';
import type { Roster } from './roster.ts';
import { type Described, describedOf, type Former, factsOf, formerAfter } from './rows.ts';

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const Role = Type.Enum(['agent', 'bridge'] as const, { description: 'agent or bridge' });

export const AgentInput = Type.Object(
  {
    id: Type.String({ pattern: idPattern, description: '1 to 64 letters, digits, ".", "_" or "-"' }),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'at most 200 characters' })),
    role: Type.Optional(Role),
  },
  { additionalProperties: false },
);
export type AgentInput = Static<typeof AgentInput>;

/** Counts go back to what the rules remember of it; times in milliseconds. */
export const Agent = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  devices: Type.Integer({ description: 'bound to it now' }),
  online: Type.Boolean(),
  since: nullable(Type.Number({ description: 'connected since' })),
  takeovers: Type.Integer({
    description: 'within the last ten minutes a second connection took the place of the first; many: two devices use its token, or its line breaks often',
  }),
  lastSeen: nullable(Type.Number()),
  received: Type.Integer(),
  repeats: Type.Integer(),
  reused: Type.Integer(),
  parked: Type.Integer(),
  gaps: Type.Integer({ description: 'numbers of the boots now remembered that never came' }),
  version: nullable(Type.String()),
  boot: nullable(Type.Number()),
  skewMs: nullable(Type.Number({ description: 'how far its clock is ahead of the cloud’s (negative: behind); null: it does not say when it sends' })),
  created: Type.Number(),
});
export type Agent = Static<typeof Agent>;

export interface AgentsDeps {
  desk: Desk;
  clock: Clock;
  roster: Roster;
  /** The gate's knowledge of tokens; told after the change is in the journal. `remove` cuts a connection off at once. */
  gate: { put(credential: Credential): Promise<void> | void; remove(id: string): Promise<void> | void };
  /** What the rules count of each agent. */
  counts(): Promise<Map<string, AgentCounts>> | Map<string, AgentCounts>;
  /** GateStats.online. */
  online(): Promise<GateStats['online']> | GateStats['online'];
  /** Devices that were committed without their agent. */
  unbound(rows: readonly { slot: number; described: Described }[]): void;
}

const noCounts: AgentCounts = { lastSeen: null, received: 0, repeats: 0, reused: 0, parked: 0, gaps: 0, version: null, boot: null, skewMs: null };
const newToken = () => `gwa_${randomBytes(32).toString('base64url')}`;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
/** Devices that one change in the journal tells of. */
const factsAtOnce = 1000;

export class Agents {
  readonly #deps: AgentsDeps;

  constructor(deps: AgentsDeps) {
    this.#deps = deps;
  }

  /** For the gate, at the start. */
  async credentials(): Promise<Credential[]> {
    const rows = await this.#deps.desk.read.selectFrom('agents').selectAll().execute();
    return rows.map((row) => ({ id: row.id, role: row.role as Credential['role'], tokenHash: row.token_hash }));
  }

  /** Whose token it is. */
  async identify(token: string): Promise<{ agent: string; role: Credential['role'] } | undefined> {
    const row = await this.#deps.desk.read.selectFrom('agents').select(['id', 'role']).where('token_hash', '=', hashOf(token)).executeTakeFirst();
    return row && { agent: row.id, role: row.role as Credential['role'] };
  }

  /** undefined: there is no such agent. */
  async role(id: string): Promise<Credential['role'] | undefined> {
    return (await this.#deps.desk.read.selectFrom('agents').select('role').where('id', '=', id).executeTakeFirst())?.role as Credential['role'] | undefined;
  }

  /** An agent is seen by whoever sees every device of it, and at least one; by scope `all` in any case. */
  async list(scope: Scope, page: { limit: number; after?: string | undefined }): Promise<{ items: Agent[]; next: string | null; total: number }> {
    const bound = this.#bound(scope);
    const all = await this.#deps.desk.read.selectFrom('agents').selectAll().orderBy('id').execute();
    const seen = 'all' in scope ? all : all.filter((row) => bound.get(row.id)?.hidden === 0);
    const from = page.after === undefined ? seen : seen.filter((row) => row.id > (page.after as string));
    const rows = from.slice(0, page.limit);
    const [counts, online] = await Promise.all([this.#deps.counts(), this.#deps.online()]);
    const items = rows.map(
      (row): Agent => ({
        id: row.id,
        name: row.name,
        role: row.role as Agent['role'],
        devices: bound.get(row.id)?.seen ?? 0,
        online: online.has(row.id),
        since: online.get(row.id)?.since ?? null,
        takeovers: online.get(row.id)?.takeovers ?? 0,
        ...(counts.get(row.id) ?? noCounts),
        created: row.created,
      }),
    );
    return { items, next: from.length > rows.length ? (rows.at(-1)?.id ?? null) : null, total: seen.length };
  }

  async create(actor: Actor, input: AgentInput): Promise<{ id: string; token: string }> {
    const { desk, clock, gate } = this.#deps;
    const token = newToken();
    const role = input.role ?? 'agent';
    const now = clock.now();
    await desk.act(async (trx, follow) => {
      if (await trx.selectFrom('agents').select('id').where('id', '=', input.id).executeTakeFirst()) {
        throw conflict(`The agent id "${input.id}" exists already.`, {}, [{ key: 'id', value: input.id, allowed: 'an id that is not taken' }]);
      }
      await trx
        .insertInto('agents')
        .values({ id: input.id, name: input.name ?? input.id, role, token_hash: hashOf(token), created: now })
        .execute();
      follow({ type: 'agents', agents: [{ id: input.id, role }] });
      await audit(trx, { at: now, by: actor.username, action: 'create', subject: `agent ${input.id}`, detail: { role } });
    });
    await gate.put({ id: input.id, role, tokenHash: hashOf(token) });
    return { id: input.id, token };
  }

  /** A new token; a connection that was made with the old one ends. */
  async renewToken(actor: Actor, id: string): Promise<{ id: string; token: string }> {
    const { desk, clock, gate } = this.#deps;
    const token = newToken();
    const role = await desk.act(async (trx) => {
      const row = await trx
        .updateTable('agents')
        .set({ token_hash: hashOf(token) })
        .where('id', '=', id)
        .returning('role')
        .executeTakeFirst();
      if (!row) throw notFound('agent');
      await audit(trx, { at: clock.now(), by: actor.username, action: 'renew token', subject: `agent ${id}` });
      return row.role as Credential['role'];
    });
    await gate.remove(id);
    await gate.put({ id, role, tokenHash: hashOf(token) });
    return { id, token };
  }

  /** Its devices stay, unbound; it is cut off at once. */
  async remove(actor: Actor, id: string): Promise<void> {
    const { desk, clock, gate, unbound: tell } = this.#deps;
    const now = clock.now();
    let removed = false;
    const act = desk.act(async (trx, follow, committed) => {
      const rows = await trx.selectFrom('devices').selectAll().where('agent', '=', id).orderBy('slot').execute();
      const unbound = rows.map((row) => {
        const device = { ...describedOf(row), agent: null };
        return { slot: row.slot, device, former: formerAfter(JSON.parse(row.former) as Former, id, null, now) };
      });
      for (const { slot, former } of unbound) {
        await trx
          .updateTable('devices')
          .set({ agent: null, former: JSON.stringify(former), changed: now })
          .where('slot', '=', slot)
          .execute();
      }
      const row = await trx.deleteFrom('agents').where('id', '=', id).executeTakeFirst();
      if (row.numDeletedRows === 0n) throw notFound('agent');
      for (let i = 0; i < unbound.length; i += factsAtOnce) {
        follow({ type: 'devices', devices: unbound.slice(i, i + factsAtOnce).map(({ device, former }) => factsOf(device, former)) });
      }
      follow({ type: 'agent-removed', agent: id });
      await audit(trx, { at: now, by: actor.username, action: 'remove', subject: `agent ${id}`, detail: { devices: unbound.length } });
      committed(() => {
        removed = true;
        tell(unbound.map(({ slot, device }) => ({ slot: slot - 1, described: device })));
      });
    });
    try {
      await act;
    } finally {
      // A journal that refuses for now must not keep a revoked agent connected.
      if (removed) await gate.remove(id);
    }
  }

  /** Of each agent: how many of its devices the scope shows, and how many it does not. */
  #bound(scope: Scope): Map<string, { seen: number; hidden: number }> {
    const bound = new Map<string, { seen: number; hidden: number }>();
    for (let slot = 0; slot < this.#deps.roster.size; slot++) {
      const { agent, placed } = this.#deps.roster.entry(slot);
      if (agent === null) continue;
      const counts = bound.get(agent) ?? { seen: 0, hidden: 0 };
      counts[inScope(scope, placed) ? 'seen' : 'hidden']++;
      bound.set(agent, counts);
    }
    return bound;
  }
}
