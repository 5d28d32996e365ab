import type { Database } from 'better-sqlite3';
import type { AgentFacts, Change, DeviceFacts, DeviceView } from './ingest.ts';

const addressKey = (scheme: string, value: string) => `${scheme}\u0000${value.toLowerCase()}`;

/**
 * The register as a consumer knows it at its place in the journal: in memory, and in the consumer's own file, written with its cursor.
 * `apply` changes the memory; `flush` writes what changed, inside the caller's transaction.
 */
export class DeviceTable implements DeviceView {
  readonly #db: Database;
  readonly #devices = new Map<string, DeviceFacts>();
  readonly #agents = new Map<string, AgentFacts>();
  readonly #byAddress = new Map<string, string>();
  readonly #ofAgent = new Map<string, Set<string>>();
  readonly #dirtyDevices = new Set<string>();
  readonly #dirtyAgents = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Creates its tables where they are missing, and reads them. */
  load(): void {
    this.#db.exec(
      'create table if not exists device_facts (id text primary key, facts text not null) without rowid; create table if not exists agent_facts (id text primary key, facts text not null) without rowid',
    );
    for (const { facts } of this.#db.prepare('select facts from device_facts').iterate() as Iterable<{ facts: string }>) this.#put(JSON.parse(facts));
    for (const { facts } of this.#db.prepare('select facts from agent_facts').iterate() as Iterable<{ facts: string }>) {
      const agent = JSON.parse(facts) as AgentFacts;
      this.#agents.set(agent.id, agent);
    }
  }

  device(id: string): DeviceFacts | undefined {
    return this.#devices.get(id);
  }

  byAddress(scheme: string, value: string): DeviceFacts | undefined {
    const id = this.#byAddress.get(addressKey(scheme, value));
    return id === undefined ? undefined : this.#devices.get(id);
  }

  agent(id: string): AgentFacts | undefined {
    return this.#agents.get(id);
  }

  all(): Iterable<DeviceFacts> {
    return this.#devices.values();
  }

  agents(): Iterable<AgentFacts> {
    return this.#agents.values();
  }

  /** The ids of the devices bound to this agent. */
  ofAgent(agent: string): ReadonlySet<string> {
    return this.#ofAgent.get(agent) ?? new Set();
  }

  /** Changes that are not about devices or agents pass by. Applying one twice is harmless. */
  apply(change: Change): void {
    if (change.type === 'devices') {
      for (const device of change.devices) {
        this.#put(device);
        this.#dirtyDevices.add(device.id);
      }
    } else if (change.type === 'agents') {
      for (const agent of change.agents) {
        this.#agents.set(agent.id, agent);
        this.#dirtyAgents.add(agent.id);
      }
    } else if (change.type === 'agent-removed') {
      this.#agents.delete(change.agent);
      this.#dirtyAgents.add(change.agent);
    }
  }

  flush(): void {
    this.#write('device_facts', this.#dirtyDevices, this.#devices);
    this.#write('agent_facts', this.#dirtyAgents, this.#agents);
  }

  #write(table: string, dirty: Set<string>, from: ReadonlyMap<string, object>): void {
    if (dirty.size === 0) return;
    const put = this.#db.prepare(`insert into ${table} (id, facts) values (?, ?) on conflict (id) do update set facts = excluded.facts`);
    const remove = this.#db.prepare(`delete from ${table} where id = ?`);
    for (const id of dirty) {
      const facts = from.get(id);
      if (facts) put.run(id, JSON.stringify(facts));
      else remove.run(id);
    }
    dirty.clear();
  }

  #put(device: DeviceFacts): void {
    const before = this.#devices.get(device.id);
    if (before) {
      for (const { scheme, value } of before.addresses) this.#byAddress.delete(addressKey(scheme, value));
      if (before.agent !== null) this.#ofAgent.get(before.agent)?.delete(device.id);
    }
    this.#devices.set(device.id, device);
    for (const { scheme, value } of device.addresses) this.#byAddress.set(addressKey(scheme, value), device.id);
    if (device.agent !== null) {
      const mates = this.#ofAgent.get(device.agent);
      if (mates) mates.add(device.id);
      else this.#ofAgent.set(device.agent, new Set([device.id]));
    }
  }
}
