/** The first start: the register is filled through the public API. Every step may be cut short at any moment and goes on at the next start. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import { type Client, HttpProblem } from '../client.ts';
import type { Device, District } from '../district/district.ts';
import { demoAccounts, newPassword } from './accounts.ts';
import { agentOf, demoAgents } from './agents.ts';
import type { DemoState, StateFile } from './state.ts';

const arraySize = 1000;

/** What the first start does, in order. Agents come before the devices that are bound to them. */
export const seedingSteps = ['installation', 'departments', 'grids', 'sites', 'basemap', 'accounts', 'agents', 'devices'] as const;
interface Step {
  name: (typeof seedingSteps)[number];
  run(): Promise<void>;
}

export class Seeding {
  private readonly admin: Client;
  private readonly district: District;
  private readonly state: DemoState;
  private readonly file: StateFile;
  private readonly log: Logger;
  private readonly clock: Clock;

  constructor(admin: Client, district: District, state: DemoState, file: StateFile, log: Logger, clock: Clock) {
    this.admin = admin;
    this.district = district;
    this.state = state;
    this.file = file;
    this.log = log;
    this.clock = clock;
  }

  /** Does what is not done yet, in order. Throws where a step fails; what is done stays done. */
  async run(): Promise<void> {
    const { division, name, center, departments, grids, sites, basemap, devices } = this.district;
    const steps: Step[] = [
      { name: 'installation', run: async () => void (await this.admin.put('/api/installation', { name, demo: true, center, division })) },
      {
        name: 'departments',
        run: () =>
          this.fill(
            '/api/departments',
            departments.map(({ id, name }) => ({ id, name: name.zh })),
          ),
      },
      {
        name: 'grids',
        run: () =>
          this.fill(
            '/api/grids',
            grids.map(({ id, name, worker, polygon }) => ({ id, name, worker, polygon })),
          ),
      },
      { name: 'sites', run: () => this.fill('/api/sites', sites) },
      { name: 'basemap', run: async () => void (await this.admin.put('/api/basemap', basemap)) },
      { name: 'accounts', run: () => this.accounts() },
      { name: 'agents', run: () => this.agents() },
      {
        name: 'devices',
        run: () =>
          this.fill<Device & { agent: string }>(
            '/api/devices',
            devices.map((device) => ({ ...device, agent: agentOf(device) })),
          ),
      },
    ];
    for (const { name: step, run } of steps) {
      if (this.state.done.includes(step)) continue;
      const began = this.clock.mono();
      await run();
      this.state.done.push(step);
      this.file.write(this.state);
      this.log.info({ step, ms: Math.round(this.clock.mono() - began) }, 'demo: a part of the district is in the register');
    }
  }

  /** Posts what is not there yet, in arrays; an array is taken whole or not at all. */
  private async fill<T extends { id: string }>(path: string, all: readonly T[]): Promise<void> {
    const there = new Set<string>();
    for await (const { id } of this.admin.all<{ id: string }>(path)) there.add(id);
    const missing = all.filter(({ id }) => !there.has(id));
    for (let at = 0; at < missing.length; at += arraySize) await this.admin.post(path, missing.slice(at, at + arraySize));
  }

  private async accounts(): Promise<void> {
    const wanted = demoAccounts(this.district);
    // First remembered, then made: an account whose password nobody knows cannot come to be.
    for (const { username } of wanted) this.state.accounts[username] ??= newPassword();
    this.file.write(this.state);
    for (const { username, role, scope } of wanted) {
      try {
        await this.admin.post('/api/accounts', { username, password: this.state.accounts[username], role, scope });
      } catch (thrown) {
        // It was made at a start that was cut short, with the password that was remembered.
        if (!(thrown instanceof HttpProblem && thrown.status === 409)) throw thrown;
      }
    }
  }

  private async agents(): Promise<void> {
    const there = new Set<string>();
    for await (const { id } of this.admin.all<{ id: string }>('/api/agents')) there.add(id);
    for (const { id, name } of demoAgents) {
      if (this.state.agents[id]) continue;
      // A token is shown once: one that was not kept is replaced.
      const made = there.has(id)
        ? await this.admin.post<{ token: string }>(`/api/agents/${id}/token`, {})
        : await this.admin.post<{ token: string }>('/api/agents', { id, name, role: 'agent' });
      this.state.agents[id] = made.token;
      this.file.write(this.state);
    }
  }
}
