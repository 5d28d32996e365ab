/** Starts the whole product with its demo, fills it at the first start, keeps it running, and ends it as one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../devices/clock.ts';
import { fatal, GwError, reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { Client } from '../client.ts';
import { type District, generateDistrict } from '../district/district.ts';
import { seeded } from '../random.ts';
import { demoAccounts, newPassword } from './accounts.ts';
import { agentFile, demoAgents, type Reach, writeAgentFile } from './agents.ts';
import { Casework } from './casework.ts';
import { Child } from './child.ts';
import { planIncidents } from './incidents.ts';
import { People } from './people.ts';
import { Seeding, seedingSteps } from './seeding.ts';
import type { DemoSettings } from './settings.ts';
import { Shift } from './shift.ts';
import { type DemoState, StateFile } from './state.ts';
import { tellStories } from './stories.ts';

export interface SupervisorOptions {
  settings: DemoSettings;
  clock: Clock;
  log: Logger;
  /** For people: one line. */
  say(line: string): void;
  /** The programs of the product: `dist/`. */
  programs: string;
}

/** What `dist/cloud/main.js` says over its IPC channel once all its doors are open. */
interface Listening {
  type: 'listening';
  http: number;
  mqtt: number;
}
const isListening = (message: unknown): message is Listening => typeof message === 'object' && message !== null && (message as Listening).type === 'listening';

/** All is gone so long after the stop began, milliseconds. */
const stopWithin = 9500;
const agentsFirst = 2000;
/** A cloud that dies so often in a row before it listens will not come back. */
const givesUpAfter = 5;
/** A register that cannot be reached for so long at the first start will not come, milliseconds. */
const seedsWithin = 120_000;
const tellsAgainAfter = 60_000;

export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly file: StateFile;
  private cloud: Child | null = null;
  private readonly agents: Child[] = [];
  private shift: Shift | null = null;
  private ports: Listening | null = null;
  private stopping: Promise<void> | null = null;
  private readonly failed: (reason: Error) => void;
  /** Rejects when the product cannot go on. */
  readonly ended: Promise<never>;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.file = new StateFile(join(options.settings.dir, 'demo.json'));
    let fail: (reason: Error) => void = () => {};
    this.ended = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed = fail;
  }

  /** Resolves when the product is up and the demo is in it. Rejects with the sentence to end with. */
  async start(): Promise<void> {
    const { settings, say } = this.options;
    const state = this.readState();
    const { http } = await Promise.race([this.startCloud(state), this.ended]);
    const reach: Reach = { http: this.urlOf('http', http), mqtt: this.urlOf('mqtt', this.ports?.mqtt ?? 0) };
    say(`Gridwarden is up: ${reach.http}`);
    const district = generateDistrict(state.seed);
    state.starts++;
    this.file.write(state);
    await this.seed(district, state, reach.http);
    if (this.stopping) return;
    this.sayAccounts(district, state);

    const plan = planIncidents(district, seeded(state.seed, `incidents of start ${state.starts}`), state.starts);
    for (const agent of demoAgents) writeAgentFile(settings.dir, agent, state.agents[agent.id] as string, reach, district, plan, state.seed);
    this.startAgents();
    say(`${district.devices.length.toLocaleString('en')} simulated devices speak through ${demoAgents.length} agents. Ctrl-C ends it; the next start goes on from here.`);
    void this.work(district, state, reach.http);
  }

  /** The demo's people: first the stories, then their shift. What goes wrong with them is told and tried again; the product goes on without them. */
  private async work(district: District, state: DemoState, http: string): Promise<void> {
    const { clock, log } = this.options;
    try {
      await this.tell(new People(http, clock, state), district, state);
      if (this.stopping) return;
      this.shift = new Shift(new People(http, clock, state), district.devices, state, this.file, clock, log);
      this.shift.start();
    } catch (thrown) {
      if (this.stopping) return;
      log.warn({ reason: reasonOf(thrown), again_in_ms: tellsAgainAfter }, "demo: the cases of the demo's people are not all told");
      clock.after(tellsAgainAfter, () => void this.work(district, state, http));
    }
  }

  private async tell(people: People, district: District, state: DemoState): Promise<void> {
    if (state.done.includes('cases')) return;
    const stories = tellStories(district, seeded(state.seed, 'stories'));
    await new Casework(people, this.options.log, state, this.file).tell(stories, () => this.stopping !== null);
    if (this.stopping) return;
    state.done.push('cases');
    this.file.write(state);
    this.options.log.info({ cases: stories.length }, 'demo: cases stand at every stage');
  }

  /** Tells all children, waits, kills what is left. Twice is harmless. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    const { clock } = this.options;
    this.shift?.stop();
    // Agents first, so that they say goodbye to a cloud that still hears them; but it does not wait for long.
    const agents = Promise.all(this.agents.map((agent) => agent.stop(stopWithin)));
    let cancel = () => {};
    const enough = new Promise<void>((resolve) => {
      cancel = clock.after(agentsFirst, resolve);
    });
    await Promise.race([agents, enough]);
    cancel();
    await Promise.all([agents, this.cloud?.stop(stopWithin - agentsFirst)]);
  }

  private readState(): DemoState {
    const { settings } = this.options;
    const known = this.file.read();
    if (known) return known;
    if (existsSync(settings.cloudDir))
      throw fatal('demo-state', `${settings.cloudDir} holds the data of a cloud, but ${this.file.path} is missing; choose another GW_DATA_DIR for the demo.`);
    const state: DemoState = { version: 1, seed: 1, starts: 0, admin: settings.adminPassword ?? newPassword(), accounts: {}, agents: {}, done: [], cases: {}, shift: {} };
    // On disk before the cloud takes it: a start that is cut short here is gone on with.
    this.file.write(state);
    return state;
  }

  private startCloud(state: DemoState): Promise<Listening> {
    const { settings, programs, clock, log } = this.options;
    return new Promise((resolve) => {
      let inVain = 0;
      this.cloud = new Child({
        name: 'cloud',
        args: () => [
          join(programs, 'cloud/main.js'),
          ...settings.cloudArgs,
          ...(this.ports ? ['--http-port', String(this.ports.http), '--mqtt-port', String(this.ports.mqtt)] : []),
        ],
        // As in package.json's `cloud`: an arena for each of its threads would keep a hundred megabytes that nobody uses.
        env: () => ({ MALLOC_ARENA_MAX: '2', ...settings.env, GW_ADMIN_PASSWORD: state.admin }),
        clock,
        log,
        onMessage: (message) => {
          if (!isListening(message)) return;
          inVain = 0;
          this.ports = message;
          resolve(message);
        },
        onExit: (code, signal) => {
          if (this.ports && ++inVain < givesUpAfter) return true;
          // At the first start it has said itself, in one sentence, what is wrong.
          this.failed(fatal('cloud-ended', this.ports ? `The cloud ended ${givesUpAfter} times in a row (code ${code}, signal ${signal}).` : ''));
          return false;
        },
      });
      this.cloud.start();
    });
  }

  private async seed(district: District, state: DemoState, http: string): Promise<void> {
    const { clock, log, say } = this.options;
    if (seedingSteps.every((step) => state.done.includes(step))) return;
    const began = clock.mono();
    for (;;) {
      try {
        const admin = new Client(http, { clock });
        await admin.signIn('admin', state.admin);
        await new Seeding(admin, district, state, this.file, log, clock).run();
        break;
      } catch (thrown) {
        // The cloud may have died meanwhile and be on its way back; each step can be done again.
        const again = thrown instanceof GwError && (thrown.code === 'unreachable' || thrown.next === 'retry') && clock.mono() - began < seedsWithin && !this.stopping;
        if (!again) throw this.stopping ? thrown : fatal('seeding', `The demo district could not be put into the register: ${reasonOf(thrown)}`, thrown);
        log.warn({ reason: reasonOf(thrown) }, 'demo: the register is tried again');
        await new Promise<void>((resolve) => clock.after(1000, resolve));
      }
    }
    say(
      `The demo district is on the map: ${district.devices.length.toLocaleString('en')} devices in ${district.grids.length.toLocaleString('en')} grids, after ${((clock.mono() - began) / 1000).toFixed(1)} s.`,
    );
  }

  private startAgents(): void {
    const { settings, programs, clock, log } = this.options;
    if (this.stopping) return;
    for (const { id } of demoAgents) {
      const args = () => [join(programs, 'edge/main.js'), '--config', agentFile(settings.dir, id)];
      // Real agents are machines of their own: these shall not take this one from the cloud while they hand in a past day.
      const agent = new Child({ name: id, args, env: () => settings.env, yields: true, clock, log });
      this.agents.push(agent);
      agent.start();
    }
  }

  private sayAccounts(district: District, state: DemoState): void {
    const { say } = this.options;
    say(`Sign in with one of these (kept in ${this.file.path}):`);
    for (const { username, role, who } of [{ username: 'admin', role: 'administrator', who: 'may do everything' }, ...demoAccounts(district)]) {
      const password = username === 'admin' ? state.admin : state.accounts[username];
      say(`  ${username.padEnd(14)} ${String(password).padEnd(16)} ${role.padEnd(14)} ${who}`);
    }
  }

  private urlOf(scheme: string, port: number): string {
    const host = this.options.settings.host;
    // Whoever listens everywhere is reached on the loopback.
    const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    return `${scheme}://${reached}:${port}`;
  }
}

/** `dist/`, beside which the bundle of this file lies. */
export const programsBeside = (url: string): string => join(fileURLToPath(new URL('.', url)), '..');
