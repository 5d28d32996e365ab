import type { Database } from 'better-sqlite3';
import { kindOf, type Value } from '../../../devices/kinds/kinds.ts';
import { addNumber, type DeviceEvent, type DeviceFacts, type DeviceTable, decode, type Item, type Parked, park, place, type Reading, rangesOf } from '../../ingest/ingest.ts';
import type { LiveReading, StageCounts } from '../threads.ts';
import type { OutgoingTable } from './outgoing.ts';
import type { ParkedShelf } from './parked.ts';
import type { AgentState, DeviceState, States } from './states.ts';
import type { Verdicts } from './verdicts.ts';
import type { Way } from './way.ts';

interface IntakeParts {
  db: Database;
  devices: DeviceTable;
  states: States;
  verdicts: Verdicts;
  parked: ParkedShelf;
  outgoing: OutgoingTable;
  way: Way;
}
interface Message {
  agent: string;
  topic: string;
  payload: Uint8Array;
  rx: number;
}

const emptyCounts = (): StageCounts => ({ in: 0, accepted: 0, rejected: 0, repeats: 0, parked: 0, waiting: 0, lagMs: null });

/** From a message to signals: repeats are dropped, what is not understood is parked, the newest is judged, history only kept. */
export class Intake {
  readonly #parts: IntakeParts;
  /** Events not yet written, by id. */
  readonly #events = new Map<string, DeviceEvent>();
  #watched = new Set<string>();
  #readings: LiveReading[] = [];
  readonly ingest = emptyCounts();
  readonly rules = emptyCounts();
  readonly more = { readings: 0, events: 0, history: 0, reused: 0, unknownMetrics: 0, clockUnset: 0, replies: 0, states: 0 };
  /** History readings by the second of their receive time. */
  readonly historyBySecond = new Map<number, number>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  load(): void {
    this.#parts.db.exec(
      'create table if not exists events (id text primary key, device text not null, kind text not null, ts real not null, rx real not null, data text not null) without rowid',
    );
  }

  message(message: Message): void {
    const { devices, states } = this.#parts;
    const agent = devices.agent(message.agent) ? states.agent(message.agent) : undefined;
    if (agent) {
      agent.counts.lastSeen = message.rx;
      states.touchAgent(agent);
    }
    for (const item of decode(message, devices)) this.#item(item, agent, message);
  }

  watch(ids: string[]): void {
    this.#watched = new Set(ids);
  }

  /** The readings of watched devices since the last time. */
  takeReadings(): LiveReading[] {
    const readings = this.#readings;
    if (readings.length > 0) this.#readings = [];
    return readings;
  }

  /** Inside the caller's transaction. */
  flush(): void {
    if (this.#events.size === 0) return;
    const put = this.#parts.db.prepare('insert or ignore into events (id, device, kind, ts, rx, data) values (?, ?, ?, ?, ?, ?)');
    for (const { id, device, kind, ts, rx, data } of this.#events.values()) put.run(id, device.id, kind, ts, rx, JSON.stringify(data));
    this.#events.clear();
  }

  #item(item: Item, agent: AgentState | undefined, message: Message): void {
    if (item.type === 'reading') this.#reading(item.reading, agent);
    else if (item.type === 'event') this.#event(item.event, agent, message);
    else if (item.type === 'parked') this.#park(item.parked, agent);
    else if (item.type === 'state') {
      this.more.states++;
      if (agent) Object.assign(agent.counts, { version: item.version, boot: item.boot });
    } else {
      this.more.replies++;
      this.#parts.outgoing.add(item);
      this.#parts.verdicts.outgoing++;
      this.#parts.verdicts.urgent = true;
    }
  }

  #park(parked: Parked, agent: AgentState | undefined): void {
    this.ingest.in++;
    this.ingest.parked++;
    if (agent) agent.counts.parked++;
    this.#parts.parked.add(parked);
  }

  /** Counts one reading or event that is understood. false: a repeat, which changes nothing. */
  #accept(isRepeat: boolean, clock: 'ok' | 'unset', agent: AgentState | undefined): boolean {
    this.ingest.in++;
    if (agent) agent.counts.received++;
    if (isRepeat) {
      this.ingest.repeats++;
      if (agent) agent.counts.repeats++;
      return false;
    }
    this.ingest.accepted++;
    this.rules.in++;
    this.rules.accepted++;
    if (clock === 'unset') this.more.clockUnset++;
    return true;
  }

  #reading(reading: Reading, agent: AgentState | undefined): void {
    const { states, verdicts } = this.#parts;
    const { device: facts, ts, rx, values } = reading;
    const state = states.device(facts);
    const { place: where, reused } = place(state.memory, reading);
    this.#parts.way.take(reading.agent, reading, where === 'newest');
    states.touchDevice(state);
    if (!this.#accept(where === 'repeat', reading.clock, agent)) return;
    this.more.readings++;
    this.more.unknownMetrics += reading.unknownMetrics;
    if (reused) {
      this.more.reused++;
      if (agent) agent.counts.reused++;
    }
    keepLatest(state, reading, where === 'newest');
    if (where === 'history') {
      this.more.history++;
      const second = Math.floor(rx / 1000);
      this.historyBySecond.set(second, (this.historyBySecond.get(second) ?? 0) + 1);
      return;
    }
    if (this.#watched.has(state.id)) this.#readings.push({ device: state.id, ts, rx, values });
    this.#heard(state, facts);
    if (facts.lifecycle === 'in service') verdicts.signal(state, { type: 'reading', values, ts, rx });
  }

  #event(event: DeviceEvent, agent: AgentState | undefined, { topic, payload }: Message): void {
    const { states, verdicts, db } = this.#parts;
    const { device: facts, id, rx } = event;
    const owner = this.#events.get(id)?.device.id ?? (db.prepare('select device from events where id = ?').get(id) as { device: string } | undefined)?.device;
    if (owner !== undefined && owner !== facts.id) {
      this.#park(park('event-id-taken', '/id: used by another device', { agent: event.agent, device: facts.id, topic, rx }, payload, facts).parked, agent);
      return;
    }
    const state = states.device(facts);
    if (event.boot !== null && event.seq !== null) addNumber(rangesOf(state.eventNumbers, event.boot), event.seq);
    states.touchDevice(state);
    this.#parts.way.take(event.agent, event, owner === undefined);
    if (!this.#accept(owner !== undefined, event.clock, agent)) return;
    this.more.events++;
    this.#events.set(id, event);
    this.#heard(state, facts);
    if (facts.lifecycle !== 'in service') return;
    verdicts.signal(state, { type: 'event', event });
    const spec = kindOf(facts.kind)?.events[event.kind];
    if (spec?.effect === 'notes') verdicts.apply(state, [{ type: 'note', target: state.target, cause: spec.cause, at: rx, action: event.kind, event: id }]);
    if (spec?.effect !== 'ends') return;
    const { cause } = event.data;
    const causes = cause === undefined ? spec.causes : [...spec.causes, ...spec.named].filter((one) => one === cause);
    verdicts.apply(state, [{ type: 'clear', target: state.target, causes, at: rx, by: 'device', event: id }]);
  }

  #heard(state: DeviceState, facts: DeviceFacts): void {
    const { verdicts } = this.#parts;
    if (!state.heard) {
      state.heard = true;
      verdicts.touch(state);
    }
    if (facts.lifecycle === 'in service') verdicts.signal(state, { type: 'heard' });
  }
}

/** The newest value of each metric ever heard: history fills in what is later than what is there, and not later than the newest reading, for then its clock was wrong. */
function keepLatest(state: DeviceState, { ts, rx, sentTs, clock, values }: Reading, isNewest: boolean): void {
  state.latest ??= { ts, rx, sentTs, clock, values: {}, at: {} };
  const { latest } = state;
  if (isNewest) {
    latest.ts = ts;
    latest.rx = rx;
    latest.sentTs = sentTs;
    latest.clock = clock;
  }
  for (const metric in values) {
    if (!isNewest && (ts > latest.ts || ts <= (latest.at[metric] ?? Number.NEGATIVE_INFINITY))) continue;
    latest.values[metric] = values[metric] as Value;
    latest.at[metric] = ts;
  }
}
