/** The cloud's commands: checked, done at most once, answered through the outbox. */
import type { Clock } from '../devices/clock.ts';
import { reasonOf, reject } from '../devices/errors.ts';
import { isId } from '../devices/ids.ts';
import type { Argument, Kind } from '../devices/kinds/kinds.ts';
import type { Logger } from '../devices/log.ts';
import { type CommandPayload, commandCheck, type ReplyPayload } from '../devices/wire/wire.ts';
import type { Call } from './drivers/drivers.ts';
import { parseJson } from './json.ts';
import type { Outbox } from './outbox/outbox.ts';

/** A device as commands see it. */
export interface Commanded {
  kind: Kind;
  /** Does it; rejects with the reason. */
  perform(call: Call): Promise<unknown>;
}

export interface CommandsOptions {
  outbox: Pick<Outbox, 'add' | 'command'>;
  clock: Clock;
  log: Logger;
  devices: ReadonlyMap<string, Commanded>;
}

const performWithinMs = 60_000;
const longestReply = 60_000;
/** The cloud sends nothing that has expired: what expired longer ago than any line holds a message back says that the clock here is wrong. */
const believedMs = 86_400_000;

export class Commands {
  readonly #options: CommandsOptions;
  /** Taken on and not yet answered. */
  readonly #running = new Set<string>();
  /** The last command of each device: they run one after another. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Resolves when the command is taken on or answered, on disk: then it may be acknowledged. */
  async take(device: string, payload: string): Promise<void> {
    const { log } = this.#options;
    const command = parseJson(payload);
    if (!commandCheck.is(command)) {
      const id = (command as { id?: unknown } | null | undefined)?.id;
      const why = commandCheck.why(command);
      log.warn({ device, why }, 'commands: one that cannot be read');
      if (isId(id)) await this.#answer(device, { id, ok: false, error: `malformed: ${why}` });
      return;
    }
    if (this.#running.has(command.id)) return;
    this.#running.add(command.id);
    try {
      if (await this.#begin(device, command)) this.#enqueue(device, command);
      else this.#running.delete(command.id);
    } catch (error) {
      this.#running.delete(command.id);
      throw error;
    }
  }

  /** true: it is to be done, and its id is on disk, so that it is never done twice. */
  async #begin(device: string, command: CommandPayload): Promise<boolean> {
    const { outbox } = this.#options;
    const { id } = command;
    const memo = await outbox.command(id);
    if (memo?.reply) {
      await outbox.add({ urgent: [{ device, what: 'reply', body: memo.reply }] });
      return false;
    }
    let refusal = this.#refusal(device, command);
    if (memo) refusal = 'interrupted: the agent was stopped while doing it, and does nothing twice';
    else if (this.#isOver(command)) refusal = 'expired';
    if (refusal !== null) {
      await this.#answer(device, { id, ok: false, error: refusal });
      return false;
    }
    await outbox.add({ commands: [{ id, reply: null }] });
    return true;
  }

  #enqueue(device: string, command: CommandPayload): void {
    const turn = (this.#turns.get(device) ?? Promise.resolve()).then(() => this.#perform(device, command));
    this.#turns.set(device, turn);
    turn.then(() => {
      if (this.#turns.get(device) === turn) this.#turns.delete(device);
    });
  }

  async #perform(device: string, command: CommandPayload): Promise<void> {
    const { clock, devices, log } = this.#options;
    const { id, name, args } = command;
    let reply: Omit<ReplyPayload, 'ts'>;
    let cancel = () => {};
    try {
      if (this.#isOver(command)) throw reject('expired', 'expired');
      const late = new Promise<never>((_, fail) => (cancel = clock.after(performWithinMs, () => fail(reject('timeout', 'the device did not do it in time')))));
      const result = await Promise.race([(devices.get(device) as Commanded).perform({ id, name, args }), late]);
      reply = { id, ok: true, result };
    } catch (error) {
      reply = { id, ok: false, error: reasonOf(error).slice(0, 1000) };
    } finally {
      cancel();
    }
    log.info({ device, command: name, id, ok: reply.ok, why: reply.error }, 'commands: done');
    try {
      await this.#answer(device, reply);
    } catch (error) {
      log.error({ device, id, why: reasonOf(error) }, 'commands: the reply is not kept');
    }
    this.#running.delete(id);
  }

  #isOver({ expires }: CommandPayload): boolean {
    const past = expires === undefined ? 0 : this.#options.clock.now() - expires;
    return past > 0 && past < believedMs;
  }

  /** Why it cannot be done; null: it can. */
  #refusal(device: string, { name, args }: CommandPayload): string | null {
    const kind = this.#options.devices.get(device)?.kind;
    if (!kind) return `no device ${device} at this agent`;
    const spec = Object.hasOwn(kind.commands, name) ? kind.commands[name] : undefined;
    if (!spec) return `a ${kind.id} has no command ${name}; it has ${Object.keys(kind.commands).join(', ')}`;
    const unknown = Object.keys(args).find((arg) => !Object.hasOwn(spec.args, arg));
    if (unknown !== undefined) return `args.${unknown}: ${name} takes ${Object.keys(spec.args).join(', ') || 'no arguments'}`;
    for (const [arg, rule] of Object.entries(spec.args)) {
      const why = faultOf(args[arg], rule);
      if (why) return `args.${arg}: ${why}`;
    }
    return null;
  }

  async #answer(device: string, reply: Omit<ReplyPayload, 'ts'>): Promise<void> {
    const ts = this.#options.clock.now();
    let body = JSON.stringify({ ...reply, ts });
    if (body.length > longestReply) body = JSON.stringify({ id: reply.id, ok: false, error: 'it was done, but its result is too long to be sent', ts });
    await this.#options.outbox.add({ urgent: [{ device, what: 'reply', body }], commands: [{ id: reply.id, reply: body }] });
  }
}

/** What is allowed, where the value is not; null: it is. */
function faultOf(value: unknown, { type, min, max, maxLength }: Argument): string | null {
  if (type === 'string') {
    const longest = maxLength ?? 1000;
    return typeof value === 'string' && value.length <= longest ? null : `a text of at most ${longest} characters`;
  }
  const fits = typeof value === 'number' && Number.isFinite(value) && (type === 'number' || Number.isInteger(value)) && value >= (min ?? value) && value <= (max ?? value);
  return fits ? null : `a ${type === 'integer' ? 'whole ' : ''}number${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}`;
}
