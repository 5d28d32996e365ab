/** The door of the commands: what people and scripts ask of a device, kept from the asking to its end. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type Clock, every } from '../../devices/clock.ts';
import { GwError, reasonOf } from '../../devices/errors.ts';
import { newUlid } from '../../devices/ids.ts';
import type { Baseline } from '../../devices/kinds/kinds.ts';
import type { Logger } from '../../devices/log.ts';
import { mayCommand, type Viewer } from '../accounts/accounts.ts';
import type { Desk } from '../desk/desk.ts';
import type { KeptPicture } from '../photos/photos.ts';
import { conflict, forbidden, notFound } from '../refusal.ts';
import type { Register } from '../register/register.ts';
import type { Scope } from '../scope.ts';
import type { Outgoing } from '../threads/threads.ts';
import { type Command, type CommandInput, checkCommand } from './command.ts';
import { type Carriers, type CommandRow, Delivery } from './delivery.ts';

export { Command, CommandInput, type CommandStatus, commandStatuses } from './command.ts';
export type { Carriers } from './delivery.ts';

export interface CommandsDeps {
  desk: Desk;
  clock: Clock;
  log: Logger;
  register: { devices: Pick<Register['devices'], 'facts'>; agents: Pick<Register['agents'], 'role'> };
  carriers: Carriers;
  /** A command was done that changes what the register says of the device: it follows. The same may come again. */
  follow(device: string, change: Followed, by: string): Promise<void>;
}
export type Reply = Extract<Outgoing, { type: 'reply' }>;

export type Followed = { interval_s: number } | { baseline: Baseline };
const BaselineReply = Compile(Type.Object({ baseline: Type.Object({ angle_x_deg: Type.Number(), angle_y_deg: Type.Number(), angle_z_deg: Type.Number() }) }));

/** What the register says otherwise now that this is done; null: nothing. */
function changeBy({ name, args }: CommandRow, result: unknown): Followed | null {
  if (name === 'set-interval') return { interval_s: (JSON.parse(args) as { interval_s: number }).interval_s };
  if (name !== 'calibrate' || !BaselineReply.Check(result)) return null;
  const { angle_x_deg, angle_y_deg, angle_z_deg } = result.baseline;
  return { baseline: { angle_x_deg, angle_y_deg, angle_z_deg } };
}

const everything: Scope = { all: true };
const sweepMs = 1_000;

export class Commands {
  readonly #deps: CommandsDeps;
  readonly #delivery: Delivery;
  /** No open command expires before this. */
  #soonest = Number.POSITIVE_INFINITY;
  #stopSweep: () => void = () => {};

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
    const { clock, log, carriers, desk, register } = deps;
    this.#delivery = new Delivery({
      clock,
      log,
      carriers,
      next: (agent, but) =>
        desk.read
          .selectFrom('commands')
          .selectAll()
          .where('status', '=', 'queued')
          .where('agent', '=', agent)
          .$if(but.commands.length > 0, (queued) => queued.where('id', 'not in', but.commands))
          .$if(but.devices.length > 0, (queued) => queued.where('device', 'not in', but.devices))
          .orderBy('id')
          .limit(1)
          .executeTakeFirst(),
      facts: (device) => register.devices.facts(everything, device),
      mark: (row, outcome) => this.#mark(row, outcome),
    });
  }

  /** Goes on with what is queued; the desk must be started, and the broker must be able to send. */
  async start(): Promise<void> {
    const open = await this.#deps.desk.read
      .selectFrom('commands')
      .select(['agent', (e) => e.fn.min('expires').as('soonest')])
      .where('status', 'in', ['queued', 'sent'])
      .groupBy('agent')
      .execute();
    for (const { agent, soonest } of open) {
      this.#soonest = Math.min(this.#soonest, Number(soonest));
      this.#delivery.wake(agent);
    }
    this.#stopSweep = every(this.#deps.clock, sweepMs, () => this.#sweep());
  }

  /** Twice is harmless. */
  stop(): void {
    this.#stopSweep();
    this.#delivery.stop();
  }

  /** BrokerTells.subscribed: the agent can be sent to from now on. */
  subscribed(agent: string): void {
    this.#delivery.wake(agent);
  }

  /** Resolves when it is kept; it is on its way then. Throws `not-found`, `forbidden`, `invalid`, and `conflict` for a device that no agent speaks for. */
  async send(viewer: Viewer, device: string, input: CommandInput): Promise<Command> {
    const { desk, clock, register } = this.#deps;
    const facts = await register.devices.facts(viewer.scope, device);
    if (!facts) throw notFound('device');
    if (!mayCommand(viewer, facts.kind)) throw forbidden('Your role may not send commands to this device.');
    const now = clock.now();
    const { args, expires } = checkCommand(facts.kind, input, now);
    const role = facts.agent === null ? undefined : await register.agents.role(facts.agent);
    if (facts.agent === null || role === undefined) throw conflict('No agent speaks for this device; bind it to one first.');
    const row: CommandRow = {
      id: newUlid(now),
      device,
      agent: facts.agent,
      bridge: role === 'bridge' ? 1 : 0,
      name: input.name,
      args: JSON.stringify(args),
      status: 'queued',
      result: null,
      error: null,
      photo: null,
      by: viewer.username,
      at: now,
      expires,
      sent: null,
      ended: null,
    };
    await desk.act(async (trx) => void (await trx.insertInto('commands').values(row).execute()));
    this.#soonest = Math.min(this.#soonest, expires);
    this.#delivery.wake(row.agent);
    return shown(row);
  }

  /** undefined: there is none, or its device is out of scope. */
  async get(scope: Scope, id: string): Promise<Command | undefined> {
    const row = await this.#row(scope, id);
    return row && shown(row);
  }

  /** Of a device, newest first. undefined: there is no such device in scope. */
  async list(scope: Scope, device: string, page: { limit: number; before?: string | undefined }): Promise<{ items: Command[]; next: string | null; total: number } | undefined> {
    if (!(await this.#deps.register.devices.facts(scope, device))) return undefined;
    const of = this.#deps.desk.read.selectFrom('commands').where('device', '=', device);
    const { total } = await of.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const rows = await of
      .selectAll()
      .$if(page.before !== undefined, (all) => all.where('id', '<', page.before as string))
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
      .execute();
    const items = rows.slice(0, page.limit).map(shown);
    return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null, total };
  }

  /** Devices have answered. The same rows may come again. */
  async replies(rows: readonly Reply[]): Promise<void> {
    const { desk, clock } = this.#deps;
    for (const reply of rows) {
      const row = await desk.read.selectFrom('commands').selectAll().where('id', '=', reply.id).executeTakeFirst();
      if (!row || row.device !== reply.device || row.agent !== reply.agent || row.status === 'done' || row.status === 'failed') continue;
      const change = reply.ok ? changeBy(row, reply.result) : null;
      if (change) await this.#followed(row, change);
      const outcome = reply.ok
        ? { status: 'done', result: JSON.stringify(reply.result ?? null), error: null }
        : reply.error === 'expired'
          ? { status: 'expired', error: 'It had expired by the agent’s clock.' }
          : { status: 'failed', error: reply.error ?? 'The device gave no reason.' };
      await desk.act(async (trx) => {
        await trx
          .updateTable('commands')
          .set({ ...outcome, ended: clock.now() })
          .where('id', '=', row.id)
          .where('status', 'in', ['queued', 'sent', 'expired'])
          .execute();
      });
    }
  }

  /** Throws 404 unless this agent speaks for the device and was asked for a picture of it by this command. */
  async mayHandIn(agent: string, device: string, id: string): Promise<void> {
    const facts = await this.#deps.register.devices.facts(everything, device);
    const row = await this.#deps.desk.read.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst();
    if (facts?.agent !== agent) throw notFound('device');
    if (row?.device !== device || row.agent !== agent || row.name !== 'snapshot') throw notFound('command that asks for a picture');
  }

  /** The picture that a `snapshot` asked for. The same again changes nothing; another one is a conflict. */
  async setPhoto(id: string, picture: KeptPicture): Promise<Command> {
    return this.#deps.desk.act(async (trx) => {
      const row = await trx.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      const before = row.photo === null ? null : (JSON.parse(row.photo) as KeptPicture);
      if (before && before.sha256 !== picture.sha256) throw conflict('This command has its picture already.');
      const photo = JSON.stringify(picture);
      if (!before) await trx.updateTable('commands').set({ photo }).where('id', '=', id).execute();
      return shown({ ...row, photo });
    });
  }

  /** undefined: there is none, or it is out of scope. */
  async photo(scope: Scope, id: string): Promise<KeptPicture | undefined> {
    const row = await this.#row(scope, id);
    return row?.photo ? (JSON.parse(row.photo) as KeptPicture) : undefined;
  }

  async #followed(row: CommandRow, change: Followed): Promise<void> {
    try {
      await this.#deps.follow(row.device, change, row.by);
    } catch (error) {
      // The device has done it; a register that will never take it must not hold up the replies behind.
      if (!(error instanceof GwError) || error.next !== 'reject') throw error;
      this.#deps.log.warn({ device: row.device, change, reason: error.message }, 'the register did not take what the device has now');
    }
  }

  async #row(scope: Scope, id: string): Promise<CommandRow | undefined> {
    const row = await this.#deps.desk.read.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst();
    return row && (await this.#deps.register.devices.facts(scope, row.device)) ? row : undefined;
  }

  async #mark(row: CommandRow, outcome: { status: 'sent' } | { status: 'failed' | 'expired'; error: string }): Promise<void> {
    const now = this.#deps.clock.now();
    const set = outcome.status === 'sent' ? { status: 'sent', sent: now } : { ...outcome, ended: now };
    // A reply may have been quicker than the acknowledgement.
    await this.#deps.desk.act(async (trx) => void (await trx.updateTable('commands').set(set).where('id', '=', row.id).where('status', '=', 'queued').execute()));
  }

  async #sweep(): Promise<void> {
    const { desk, clock, log } = this.#deps;
    const now = clock.now();
    if (this.#soonest > now) return;
    // What is asked for meanwhile counts from here.
    this.#soonest = Number.POSITIVE_INFINITY;
    try {
      const soonest = await desk.act(async (trx) => {
        const due = trx.updateTable('commands').where('expires', '<=', now);
        await due.set({ status: 'expired', ended: now, error: 'The agent was away until it expired.' }).where('status', '=', 'queued').execute();
        // A bridge has taken what it was sent, and never replies.
        await due.set({ status: 'expired', ended: now, error: 'No reply came until it expired.' }).where('status', '=', 'sent').where('bridge', '=', 0).execute();
        const open = trx.selectFrom('commands').where((where) => where.or([where('status', '=', 'queued'), where.and([where('status', '=', 'sent'), where('bridge', '=', 0)])]));
        return (await open.select((e) => e.fn.min<number | null>('expires').as('soonest')).executeTakeFirstOrThrow()).soonest;
      });
      this.#soonest = Math.min(this.#soonest, soonest ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      this.#soonest = now;
      log.warn({ reason: reasonOf(error) }, 'what has expired could not be written down; trying again');
    }
  }
}

function shown({ agent: _agent, bridge: _bridge, ...row }: CommandRow): Command {
  const photo = row.photo === null ? null : (JSON.parse(row.photo) as KeptPicture);
  return {
    ...row,
    args: JSON.parse(row.args) as Command['args'],
    status: row.status as Command['status'],
    result: row.result === null ? null : JSON.parse(row.result),
    photo: photo && { width: photo.width, height: photo.height, bytes: photo.bytes, sha256: photo.sha256, takenAt: photo.takenAt },
  };
}
