/** Alerts, cases, photos and commands over a real desk. The rules' file is a real one that a test writes by the alerts' own book; the broker is in its hand. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AlertBook, openAlertReader, type PlacedAlert } from '../../cloud/alerts/alerts.ts';
import { Cases } from '../../cloud/cases/cases.ts';
import { type Carriers, Commands, type Followed } from '../../cloud/commands/commands.ts';
import type { HttpDeps } from '../../cloud/http/http.ts';
import { Photos } from '../../cloud/photos/photos.ts';
import type { Register } from '../../cloud/register/register.ts';
import type { Finding } from '../../cloud/rules/rules.ts';
import { silentLog, type TestDesk } from './desk.ts';

type Raise = Extract<Finding, { type: 'raise' }>;

/** An agent as the broker sees it. */
export class TestAgents {
  /** Connected and subscribed. */
  readonly there = new Set<string>();
  /** Topics they have not subscribed to. */
  readonly unheard = new Set<string>();
  /** What was taken by those who do not acknowledge: to be answered by the test. */
  readonly unanswered: ((sent: 'done' | 'failed') => void)[] = [];
  readonly slow = new Set<string>();
  readonly got: { agent: string; topic: string; payload: { id: string; name: string; args: object; expires: number } }[] = [];
  downlink: Carriers['downlink'] = () => ({ unsupported: 'no dialect says this' });
  readonly downlinks: { bridge: string; topic: string; payload: string }[] = [];

  readonly carriers: Carriers = {
    send: async (agent, topic, payload) => {
      if (!this.there.has(agent)) return 'away';
      if (this.unheard.has(topic)) return 'unheard';
      this.got.push({ agent, topic, payload: JSON.parse(payload) });
      if (this.slow.has(agent)) return new Promise((resolve) => this.unanswered.push(resolve));
      return 'done';
    },
    sendDownlink: async (bridge, topic, payload) => {
      this.downlinks.push({ bridge, topic, payload });
      return 'done';
    },
    downlink: (device, command) => this.downlink(device, command),
  };
}

export interface TestWork {
  deps: Pick<HttpDeps, 'alerts' | 'actOnAlert' | 'cases' | 'photos' | 'commands'>;
  cases: Cases;
  commands: Commands;
  photos: Photos;
  agents: TestAgents;
  /** What the register was told of commands that were done. */
  followed: { device: string; change: Followed; by: string }[];
  /** Raises an alert of a device of the register, as the rules do; on disk when it returns. */
  raise(device: string, over?: Partial<Raise>): { alert: PlacedAlert; wantsCase: boolean };
  end(device: string, cause?: string): void;
  close(): void;
}

export async function openWork({ desk, clock, dataDir }: TestDesk, register: Register): Promise<TestWork> {
  const db = new Database(join(dataDir, 'rules.db'));
  db.pragma('journal_mode = WAL');
  const book = new AlertBook(db);
  book.load();
  const flush = () => db.transaction(() => book.flush())();
  const alerts = openAlertReader(join(dataDir, 'rules.db'));
  const agents = new TestAgents();
  const followed: TestWork['followed'] = [];
  const cases = new Cases({ desk, clock, log: silentLog, timezone: 'Asia/Shanghai', register });
  const photos = new Photos({ dir: join(dataDir, 'photos'), timezone: 'Asia/Shanghai', log: silentLog });
  await photos.start();
  const commands = new Commands({
    desk,
    clock,
    log: silentLog,
    register,
    carriers: agents.carriers,
    follow: async (device, change, by) => void followed.push({ device, change, by }),
  });
  await commands.start();
  return {
    deps: {
      alerts,
      actOnAlert: async (act) => {
        const result = book.act(act, ({ cause }) => cause === 'tilt');
        flush();
        return result;
      },
      cases,
      photos,
      commands,
    },
    cases,
    commands,
    photos,
    agents,
    followed,
    raise(device, over = {}) {
      const { placed } = register.devices.glance(device) as NonNullable<ReturnType<Register['devices']['glance']>>;
      const { n } = db.prepare('select count(*) as n from alerts').get() as { n: number };
      const id = `alert-${n + 1}`;
      const finding: Raise = {
        type: 'raise',
        target: { device, agent: null },
        cause: 'tilt',
        severity: 'warning',
        rule: 'tilt',
        id,
        event: null,
        ts: clock.now(),
        rx: clock.now(),
        value: 22,
        limit: 15,
        message: { zh: '井盖倾斜 22°', en: 'Cover tilted 22°' },
        wantsCase: true,
        insists: false,
        ...over,
      };
      const result = book.raise(finding, { ...placed, agent: 'gw-1', simulated: false });
      flush();
      return { alert: structuredClone(result.placed), wantsCase: result.wantsCase };
    },
    end(device, cause = 'tilt') {
      book.end({ device, agent: null }, cause, clock.now());
      flush();
    },
    close() {
      commands.stop();
      alerts.close();
      db.close();
    },
  };
}
