import type { Database } from 'better-sqlite3';
import type { DeviceFacts, Newest, ReadingMemory } from '../../ingest/ingest.ts';
import type { Subject } from '../../rules/rules.ts';
import type { AgentCounts, Latest } from '../threads.ts';

/** A clock's skew is measured, not kept. */
export type KeptLatest = Omit<Latest, 'skewMs'>;

/** All that the rules' thread remembers of one device. */
export interface DeviceState extends Subject {
  id: string;
  memory: ReadingMemory;
  eventNumbers: ReadingMemory['boots'];
  latest: KeptLatest | null;
  /** Anything ever came from it. */
  heard: boolean;
}

/** How an agent is connected: `lost` was cut, `clean` said goodbye itself. */
export type Link = 'never' | 'up' | 'lost' | 'clean';
export interface AgentState extends Subject {
  id: string;
  link: Link;
  counts: Omit<AgentCounts, 'gaps' | 'skewMs'>;
}

interface KeptDevice {
  newest: Newest | null;
  boots: ReadingMemory['boots'];
  identities: string[];
  events: ReadingMemory['boots'];
  latest: KeptLatest | null;
  heard: boolean;
  rules: Record<string, unknown>;
}
type KeptAgent = Pick<AgentState, 'link' | 'counts' | 'rules'>;

const emptyCounts = (): AgentState['counts'] => ({ lastSeen: null, received: 0, repeats: 0, reused: 0, parked: 0, version: null, boot: null });

/** The states of devices and agents: in memory, and in the rules' file, written with the cursor. */
export class States {
  readonly #db: Database;
  readonly #isOpen: (subject: Subject, cause: string) => boolean;
  readonly devices = new Map<string, DeviceState>();
  readonly agents = new Map<string, AgentState>();
  readonly #dirtyDevices = new Set<DeviceState>();
  readonly #dirtyAgents = new Set<AgentState>();

  constructor(db: Database, isOpen: (subject: Subject, cause: string) => boolean) {
    this.#db = db;
    this.#isOpen = isOpen;
  }

  load(factsOf: (id: string) => DeviceFacts | undefined): void {
    this.#db.exec(
      'create table if not exists device_states (id text primary key, state text not null) without rowid; create table if not exists agent_states (id text primary key, state text not null) without rowid',
    );
    for (const { id, state } of this.#db.prepare('select id, state from device_states').iterate() as Iterable<{ id: string; state: string }>) {
      const facts = factsOf(id);
      if (!facts) continue;
      const kept = JSON.parse(state) as KeptDevice;
      const device = this.device(facts);
      device.memory = { newest: kept.newest, boots: kept.boots, identities: kept.identities };
      device.eventNumbers = kept.events;
      device.latest = kept.latest;
      // Kept before the device's own time was told apart.
      if (device.latest) device.latest.sentTs ??= device.latest.ts;
      device.heard = kept.heard;
      device.rules = kept.rules;
    }
    for (const { id, state } of this.#db.prepare('select id, state from agent_states').iterate() as Iterable<{ id: string; state: string }>)
      Object.assign(this.agent(id), JSON.parse(state) as KeptAgent);
  }

  /** The state of a device, made where missing, with its facts as they are now. */
  device(facts: DeviceFacts): DeviceState {
    let state = this.devices.get(facts.id);
    if (!state) {
      const made: DeviceState = {
        id: facts.id,
        target: { device: facts.id, agent: null },
        kind: facts.kind,
        interval_s: facts.interval_s,
        rules: {},
        memory: { newest: null, boots: [], identities: [] },
        eventNumbers: [],
        latest: null,
        heard: false,
        isOpen: (cause) => this.#isOpen(made, cause),
      };
      state = made;
      this.devices.set(facts.id, state);
    }
    state.interval_s = facts.interval_s;
    return state;
  }

  agent(id: string): AgentState {
    let state = this.agents.get(id);
    if (!state) {
      const made: AgentState = {
        id,
        target: { device: null, agent: id },
        kind: '',
        interval_s: null,
        rules: {},
        link: 'never',
        counts: emptyCounts(),
        isOpen: (cause) => this.#isOpen(made, cause),
      };
      state = made;
      this.agents.set(id, state);
    }
    return state;
  }

  forgetAgent(id: string): void {
    const state = this.agents.get(id);
    if (!state) return;
    this.agents.delete(id);
    this.#dirtyAgents.add(state);
  }

  touchDevice(state: DeviceState): void {
    this.#dirtyDevices.add(state);
  }
  touchAgent(state: AgentState): void {
    this.#dirtyAgents.add(state);
  }

  flush(): void {
    if (this.#dirtyDevices.size > 0) {
      const put = this.#db.prepare('insert into device_states (id, state) values (?, ?) on conflict (id) do update set state = excluded.state');
      for (const { id, memory, eventNumbers, latest, heard, rules } of this.#dirtyDevices)
        put.run(id, JSON.stringify({ ...memory, events: eventNumbers, latest, heard, rules } satisfies KeptDevice));
      this.#dirtyDevices.clear();
    }
    if (this.#dirtyAgents.size > 0) {
      const put = this.#db.prepare('insert into agent_states (id, state) values (?, ?) on conflict (id) do update set state = excluded.state');
      const remove = this.#db.prepare('delete from agent_states where id = ?');
      for (const agent of this.#dirtyAgents) {
        if (this.agents.get(agent.id) !== agent) remove.run(agent.id);
        else put.run(agent.id, JSON.stringify({ link: agent.link, counts: agent.counts, rules: agent.rules } satisfies KeptAgent));
      }
      this.#dirtyAgents.clear();
    }
  }
}
