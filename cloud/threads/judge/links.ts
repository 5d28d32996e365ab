import type { DeviceFacts, DeviceTable } from '../../ingest/ingest.ts';
import type { AgentState, Link, States } from './states.ts';
import type { Verdicts } from './verdicts.ts';

/** How agents are connected, and whether their devices' silence counts. */
export class Links {
  readonly #devices: DeviceTable;
  readonly #states: States;
  readonly #verdicts: Verdicts;

  constructor(devices: DeviceTable, states: States, verdicts: Verdicts) {
    this.#devices = devices;
    this.#states = states;
    this.#verdicts = verdicts;
  }

  set(id: string, link: Link): void {
    // One that was removed is cut off; its disconnect comes after.
    if (!this.#devices.agent(id)) return;
    const agent = this.#states.agent(id);
    agent.link = link;
    this.#verdicts.touch(agent);
    // A bridge is never gone.
    if (!this.#isBridge(id)) this.#verdicts.signal(agent, { type: 'link', up: link === 'up', clean: link === 'clean' });
    for (const device of this.#devices.ofAgent(id)) {
      const facts = this.#devices.device(device) as DeviceFacts;
      if (facts.lifecycle === 'in service') this.listen(facts);
    }
  }

  /** The cloud begins to listen: every connection of before is over, and who was there has its time to come back. */
  loseAll(): void {
    for (const agent of this.#states.agents.values()) if (agent.link === 'up') this.set(agent.id, 'lost');
  }

  /** Tells the device's rules whether its silence counts: its agent is connected, or sleeps, or is a bridge. */
  listen(facts: DeviceFacts): void {
    const link: AgentState['link'] | undefined = facts.agent === null ? undefined : this.#states.agents.get(facts.agent)?.link;
    const on = facts.agent !== null && (this.#isBridge(facts.agent) || link === 'up' || link === 'clean');
    const state = this.#states.device(facts);
    this.#states.touchDevice(state);
    this.#verdicts.signal(state, { type: 'counting', on });
  }

  #isBridge(agent: string): boolean {
    return this.#devices.agent(agent)?.role === 'bridge';
  }
}
