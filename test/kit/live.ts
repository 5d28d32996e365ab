/** The live view on a real server, with real accounts and cases, and clients that keep what they are told. */
import { io, type Socket } from 'socket.io-client';
import { Compile } from 'typebox/compile';
import { expect, vi } from 'vitest';
import type { AlertBook } from '../../cloud/alerts/alerts.ts';
import { isOwnOrigin, sessionCookie } from '../../cloud/http/http.ts';
import { Live, type LiveDeps, messages } from '../../cloud/live/live.ts';
import { type Clock, systemClock } from '../../devices/clock.ts';
import { silentLog } from './desk.ts';
import { smallDistrict } from './district.ts';
import { openHttp, type TestHttp } from './http.ts';

const checks = { snapshot: Compile(messages.Snapshot), delta: Compile(messages.Delta), reading: Compile(messages.ReadingItem) };

// biome-ignore lint/suspicious/noExplicitAny: a client knows the shapes of the contract alone
type Item = any;
type Told = { event: 'snapshot' | 'delta' | 'reading'; body: Item };

/** A page: what it was told, and what it therefore holds. Every message is held against its schema. */
export class LiveClient {
  readonly told: Told[] = [];
  alerts = new Map<string, Item>();
  cases = new Map<string, Item>();
  devices = new Map<string, Item>();
  version = -1;
  gaps = 0;
  cut: string | null = null;

  constructor(readonly socket: Socket) {
    for (const event of ['snapshot', 'delta', 'reading'] as const) {
      socket.on(event, (body: Item) => {
        const errors = checks[event].Check(body) ? [] : [...checks[event].Errors(body)];
        if (errors.length > 0) throw new Error(`a ${event} does not fit its schema: ${JSON.stringify(errors[0])}`);
        this.told.push({ event, body });
        this.#take(event, body);
      });
    }
    socket.on('disconnect', (reason) => (this.cut = reason));
  }

  #take(event: Told['event'], body: Item): void {
    if (event === 'reading') return;
    if (event === 'delta' && body.prev !== this.version) this.gaps++;
    this.version = body.version;
    for (const list of ['alerts', 'cases', 'devices'] as const) {
      if (event === 'snapshot') this[list] = new Map();
      for (const item of body[list] ?? []) {
        if (item.gone) this[list].delete(item.id);
        else this[list].set(item.id, { ...this[list].get(item.id), ...item });
      }
    }
  }

  of(event: Told['event']): Item[] {
    return this.told.filter((one) => one.event === event).map(({ body }) => body);
  }
  until(check: () => void): Promise<void> {
    return vi.waitFor(check, { timeout: 10_000, interval: 5 });
  }
  async ready(): Promise<this> {
    await this.until(() => expect(this.of('snapshot').length).toBeGreaterThan(0));
    return this;
  }
  ask(event: string, body?: unknown): Promise<Item> {
    return this.socket.timeout(5000).emitWithAck(event, body);
  }
}

export interface TestLive {
  at: TestHttp;
  live: Live;
  port: number;
  watched: string[][];
  /** API tokens, by account. */
  tokens: ReadonlyMap<string, string>;
  clock: Clock;
  /** Connects as an account that was made by `person`; `undefined`: as nobody. */
  connect(username: string | undefined, over?: object): LiveClient;
  /** Raises an alert of a device and tells the live view, as the rules do. */
  raise(device: string, over?: Parameters<TestHttp['work']['raise']>[1]): ReturnType<AlertBook['raise']>;
  /** Ends the live view and starts another on the same server and desk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const people = {
  admin: { role: 'administrator', scope: { all: true } },
  hejing: { role: 'dispatcher', scope: { all: true } },
  drain: { role: 'handler', scope: { department: 'dept-drainage' } },
  power: { role: 'handler', scope: { department: 'dept-power' } },
  wang: { role: 'gridworker', scope: { grid: 'grid-1' } },
  school: { role: 'school', scope: { site: 'school-1' } },
} as const;

export async function openLive(over: Partial<LiveDeps> = {}): Promise<TestLive> {
  const at = await openHttp();
  await smallDistrict(at.register);
  const tokens = new Map<string, string>();
  for (const [username, { role, scope }] of Object.entries(people)) tokens.set(username, await at.person({ username, role, scope: scope as { all: true } }));
  const { port } = await at.http.listen('127.0.0.1', 0);
  const clients: LiveClient[] = [];
  // Timers are real, the wall clock is the test's.
  const clock: Clock = { now: () => at.at.clock.now(), mono: systemClock.mono, after: systemClock.after };
  const watched: string[][] = [];
  const deps: LiveDeps = {
    clock,
    log: silentLog,
    desk: at.at.desk,
    register: at.register,
    identify: (credentials) => at.deps.identify(credentials),
    sessionCookie,
    isOwnOrigin,
    openAlerts: () => at.work.deps.alerts.open(),
    openCases: () => at.work.cases.open(),
    latest: (devices) => new Map([...at.latest].filter(([id]) => devices.includes(id))),
    watch: (devices) => void watched.push(devices),
    ...over,
  };
  const test: TestLive = {
    at,
    live: new Live(deps),
    port,
    watched,
    tokens,
    clock,
    connect(username, over = {}) {
      const auth = username === undefined ? {} : { token: tokens.get(username) };
      const client = new LiveClient(io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false, auth, ...over }));
      clients.push(client);
      return client;
    },
    raise(device, over) {
      const raised = at.work.raise(device, over);
      test.live.alerts([raised.alert]);
      return { placed: raised.alert, wantsCase: raised.wantsCase };
    },
    async restart() {
      await test.live.stop();
      test.live = new Live(deps);
      await test.live.start(at.http.server);
    },
    async close() {
      for (const client of clients) client.socket.disconnect();
      await test.live.stop();
      await at.close();
    },
  };
  await test.live.start(at.http.server);
  at.work.cases.onChange((changed) => test.live.cases(changed));
  at.register.devices.onChange((changed) => test.live.devices(changed));
  at.accounts.onRightsChange((change) => test.live.rightsChanged(change));
  return test;
}
