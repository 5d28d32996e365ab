/** The door of the register: what is installed where, whose it is, and who speaks for it. */
import type { Clock } from '../../devices/clock.ts';
import type { Desk } from '../desk/desk.ts';
import type { Scope } from '../scope.ts';
import { Agents, type AgentsDeps } from './agents.ts';
import type { DeviceStatus } from './device.ts';
import { Devices, type DevicesDeps } from './devices.ts';
import { InstallationStore } from './installation.ts';
import { DeviceMap } from './map.ts';
import { Places } from './places.ts';
import type { Reference } from './references.ts';
import { Roster } from './roster.ts';
import { RuleBook } from './rule-book.ts';
import { visible } from './visible.ts';

export { Agent, AgentInput, type Agents } from './agents.ts';
export { Device, DeviceInput, DevicePatch, type DeviceStatus, lifecycles, statuses } from './device.ts';
export { type Actor, type DeviceChange, type Devices, type Glance, system } from './devices.ts';
export { isOn, positionErrorM } from './ground.ts';
export { Installation, type InstallationStore } from './installation.ts';
export { type DeviceMap, MapAnswer } from './map.ts';
export { Department, DepartmentInput, FeatureCollection, Grid, GridInput, type PlaceKind, type Places, Site, SiteInput } from './places.ts';
export { missing, type Reference } from './references.ts';
export type { DeviceFilter } from './roster.ts';
export type { RuleBook } from './rule-book.ts';

export interface RegisterDeps {
  desk: Desk;
  clock: Clock;
  /** Newest values of devices (RulesCalls.latest). */
  latest: DevicesDeps['latest'];
  gate: AgentsDeps['gate'];
  /** RulesCalls.agents, and GateStats.online. */
  counts: AgentsDeps['counts'];
  online: AgentsDeps['online'];
}

export class Register {
  readonly #roster = new Roster();
  readonly devices: Devices;
  readonly agents: Agents;
  readonly places: Places;
  readonly installation: InstallationStore;
  readonly map: DeviceMap;
  readonly rules: RuleBook;

  constructor(deps: RegisterDeps) {
    const { desk, clock } = deps;
    this.devices = new Devices({ desk, clock, roster: this.#roster, latest: deps.latest });
    this.agents = new Agents({ desk, clock, roster: this.#roster, gate: deps.gate, counts: deps.counts, online: deps.online, unbound: (rows) => this.devices.changed(rows) });
    this.places = new Places({ desk, clock, roster: this.#roster });
    this.installation = new InstallationStore({ desk, clock });
    this.map = new DeviceMap({ roster: this.#roster, clock });
    this.rules = new RuleBook({ desk, clock });
  }

  /** Reads the register into memory; the desk must be started. */
  async start(): Promise<void> {
    await this.devices.start();
    this.map.prepare();
  }

  /** Which of these a scope may refer to: those that it names itself, and those that the devices in it refer to; null: all there are. */
  visible(what: Reference, scope: Scope): ReadonlySet<string> | null {
    return visible(this.#roster, what, scope);
  }

  /** Statuses as the rules tell them; a device that nothing was told of is `unknown`. */
  setStatuses(changed: readonly { id: string; status: DeviceStatus }[]): void {
    this.#roster.setStatuses(changed);
  }
}
