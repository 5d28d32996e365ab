/**
 * Carries queued commands to their agents: of one agent in the order of asking, one at a time; to one that is away when it comes back. What cannot go on
 * now, for a device whose topic the agent does not hear or because its PUBACK is slow, holds up nothing behind it.
 */
import type { Selectable } from 'kysely';
import type { Clock } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { type CommandPayload, commandTopic } from '../../devices/wire/wire.ts';
import type { DeskTables } from '../desk/desk.ts';
import type { DeviceFacts } from '../ingest/ingest.ts';

export type CommandRow = Selectable<DeskTables['commands']>;
/** `unheard`: it is connected, and has not subscribed to this topic. `failed`: its connection ended, or can carry no more. */
export type Sent = 'done' | 'away' | 'unheard' | 'failed';

export interface Carriers {
  /** BrokerCalls.send: `done` is the agent's PUBACK, however long that takes while its connection lasts. */
  send(agent: string, topic: string, payload: string): Promise<Sent>;
  /** BrokerCalls.sendDownlink. */
  sendDownlink(bridge: string, topic: string, payload: string): Promise<Sent>;
  /** How a dialect says it to a bridge; or why it cannot. */
  downlink(device: DeviceFacts, command: { id: string; name: string; args: Record<string, unknown> }): { topic: string; payload: string } | { unsupported: string };
}

export interface DeliveryDeps {
  clock: Clock;
  log: Logger;
  carriers: Carriers;
  /** The oldest queued command of an agent, but for these commands and these devices. */
  next(agent: string, but: { commands: readonly string[]; devices: readonly string[] }): Promise<CommandRow | undefined>;
  facts(device: string): Promise<DeviceFacts | undefined>;
  /** Writes what has become of a queued command; nothing where it is queued no longer. */
  mark(row: CommandRow, outcome: { status: 'sent' } | { status: 'failed' | 'expired'; error: string }): Promise<void>;
}

/** The connection could carry no more, or our own disk refused: tried again after so long. */
const againMs = 5_000;
/** A PUBACK is waited for so long before the next command goes. */
const patienceMs = 20_000;

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #busy = new Set<string>();
  readonly #again = new Set<string>();
  /** Acknowledged by the agent, but not yet written down so: never sent again. */
  readonly #acknowledged = new Set<string>();
  /** Sent on a connection that lasts, and not acknowledged yet: never sent again on it. By agent. */
  readonly #underWay = new Map<string, Set<string>>();
  readonly #timers = new Map<string, () => void>();
  #stopped = false;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Something is queued for this agent, or it can be sent to from now on. */
  wake(agent: string): void {
    if (this.#stopped) return;
    this.#timers.get(agent)?.();
    this.#timers.delete(agent);
    if (this.#busy.has(agent)) this.#again.add(agent);
    else void this.#run(agent);
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async #run(agent: string): Promise<void> {
    this.#busy.add(agent);
    let later = false;
    const unheard = new Set<string>();
    try {
      while (!this.#stopped) {
        const row = await this.#deps.next(agent, { commands: [...(this.#underWay.get(agent) ?? [])], devices: [...unheard] });
        if (!row || this.#stopped) break;
        const outcome = await this.#deliver(row);
        if (outcome === 'away') break;
        if (outcome === 'unheard') unheard.add(row.device);
        if (outcome === 'failed') {
          later = true;
          break;
        }
      }
    } catch (error) {
      this.#deps.log.warn({ agent, reason: reasonOf(error), againMs }, 'a command could not be carried; trying again');
      later = true;
    }
    this.#busy.delete(agent);
    if (this.#again.delete(agent)) this.wake(agent);
    else if (later && !this.#stopped) {
      this.#timers.set(
        agent,
        this.#deps.clock.after(againMs, () => this.wake(agent)),
      );
    }
  }

  async #deliver(row: CommandRow): Promise<Sent> {
    const { clock, carriers, mark } = this.#deps;
    if (row.expires <= clock.now()) {
      await mark(row, { status: 'expired', error: 'The agent was away until it expired.' });
      return 'done';
    }
    if (!this.#acknowledged.has(row.id)) {
      const facts = await this.#deps.facts(row.device);
      if (facts?.agent !== row.agent) {
        await mark(row, { status: 'failed', error: 'The device is not bound to that agent any longer.' });
        return 'done';
      }
      const args = JSON.parse(row.args) as Record<string, unknown>;
      const message = row.bridge ? carriers.downlink(facts, { id: row.id, name: row.name, args }) : null;
      if (message && 'unsupported' in message) {
        await mark(row, { status: 'failed', error: message.unsupported });
        return 'done';
      }
      if (this.#stopped) return 'away';
      const payload: CommandPayload = { id: row.id, name: row.name, args, expires: row.expires };
      const sending = message
        ? carriers.sendDownlink(row.agent, message.topic, message.payload)
        : carriers.send(row.agent, commandTopic(row.agent, row.device), JSON.stringify(payload));
      const sent = await this.#patiently(sending);
      if (sent === 'slow') {
        this.#leave(row, sending);
        return 'done';
      }
      if (sent !== 'done') return sent;
      this.#acknowledged.add(row.id);
    }
    await mark(row, { status: 'sent' });
    this.#acknowledged.delete(row.id);
    return 'done';
  }

  async #patiently(sending: Promise<Sent>): Promise<Sent | 'slow'> {
    let cancel = () => {};
    const slow = new Promise<'slow'>((resolve) => {
      cancel = this.#deps.clock.after(patienceMs, () => resolve('slow'));
    });
    return Promise.race([sending, slow]).finally(cancel);
  }

  /** Goes on without it: it is written down as sent, or sent on the next connection, when that is known. */
  #leave({ id, agent, expires }: CommandRow, sending: Promise<Sent>): void {
    const underWay = this.#underWay.get(agent) ?? new Set();
    this.#underWay.set(agent, underWay.add(id));
    const over = (sent: Sent) => {
      underWay.delete(id);
      if (underWay.size === 0) this.#underWay.delete(agent);
      if (sent === 'done' && expires > this.#deps.clock.now()) this.#acknowledged.add(id);
      this.wake(agent);
    };
    sending.then(over, () => over('failed'));
  }
}
