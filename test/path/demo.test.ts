import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Person, until } from '../kit/product.ts';

const top = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gw-demo-'));
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await until('all is gone', () => processesOf(folder).length === 0);
  rmSync(folder, { recursive: true, force: true });
});

/** The processes that have this folder on their command line: the cloud and the agents of a demo. */
const processesOf = (dir: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    })
    .map(Number);

interface Demo {
  child: ChildProcess;
  said: () => string;
  ended: Promise<number | null>;
}
function start(dir: string, env: Record<string, string> = {}): Demo {
  const child = spawn(process.execPath, [join(top, 'dist/simulators/demo.js')], {
    env: { PATH: process.env.PATH ?? '', GW_DATA_DIR: dir, GW_HTTP_PORT: '0', GW_MQTT_PORT: '0', GW_FLOWS: 'off', GW_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      said += data;
    });
  return { child, said: () => said, ended: new Promise((done) => child.once('exit', (code) => done(code))) };
}
const said = (demo: Demo, what: RegExp, ms: number) => until(`${what} in what was said`, () => what.exec(demo.said()), ms);

async function signIn(demo: Demo, username: string): Promise<Person> {
  const base = /Gridwarden is up: (\S+)/.exec(demo.said())?.[1] as string;
  const password = new RegExp(`^ +${username.replace('.', '\\.')} +(\\S+)`, 'm').exec(demo.said())?.[1];
  const response = await fetch(`${base}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) });
  expect(response.status).toBeLessThan(300);
  return new Person(base, (response.headers.getSetCookie()[0] ?? '').split(';')[0] as string);
}
const total = async (person: Person, path: string): Promise<number> => (await person.get(`${path}?limit=1`)).total;

describe('the demo', () => {
  const dir = join(folder, 'data');

  it('leaves nothing behind when it is killed in the middle of its first start', { timeout: 120_000 }, async () => {
    const demo = start(dir, { GW_LOG_LEVEL: 'info' });
    await said(demo, /"step":"grids"/, 90_000);
    demo.child.kill('SIGKILL');
    await until('the cloud is gone', () => processesOf(dir).length === 0);
  });

  it('goes on from there: the whole district once, its people, and a new alert that has become a case', { timeout: 300_000 }, async () => {
    const demo = start(dir);
    await said(demo, /simulated devices speak through/, 120_000);
    expect(statSync(join(dir, 'demo.json')).mode & 0o777).toBe(0o600);
    const admin = await signIn(demo, 'admin');
    expect(await admin.get('/api/installation')).toMatchObject({ demo: true });
    expect(await total(admin, '/api/devices')).toBe(20_410);
    expect(await total(admin, '/api/grids')).toBe(1191);
    expect(await total(admin, '/api/departments')).toBe(13);
    expect(await total(admin, '/api/sites')).toBe(12);
    expect(await total(admin, '/api/agents')).toBe(9);
    expect(await total(admin, '/api/accounts')).toBe(10);
    for (const username of ['shen.ruochuan', 'zheng.ping', 'lin.xiaolan', 'he.jing', 'gu.yan', 'guest']) await signIn(demo, username);
    const school = await signIn(demo, 'gu.yan');
    expect(await total(school, '/api/devices')).toBe(21);

    await until('every agent is online', async () => (await admin.get('/api/agents')).items.every(({ online }: { online: boolean }) => online), 120_000);
    const alert = await until(
      'the first incident is an alert with a case',
      async () => (await admin.get('/api/alerts?state=firing')).items.find((one: { cause: string; case: string | null }) => one.cause === 'tilt' && one.case !== null),
      120_000,
    );
    expect(alert).toMatchObject({ severity: 'warning', simulated: true });
    expect(await admin.get(`/api/cases/${alert.case}`)).toMatchObject({ source: 'sensor', device: alert.device, department: 'dept-drainage', simulated: true });
    await until('every device has spoken', async () => (await total(admin, '/api/devices')) > 0 && (await admin.get('/api/devices?status=unknown&limit=1')).total === 0, 180_000);

    const stages = ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed', 'void'];
    await until(
      'cases stand at every stage',
      async () => {
        const summary = (await admin.get('/api/cases/summary')).stages;
        return stages.every((stage) => summary[stage] > 0);
      },
      180_000,
    );

    demo.child.kill('SIGTERM');
    demo.child.kill('SIGTERM');
    expect(await demo.ended).toBe(0);
    expect(processesOf(dir)).toEqual([]);
  });

  it('goes on at the next start from where it stopped', { timeout: 180_000 }, async () => {
    const demo = start(dir);
    await said(demo, /simulated devices speak through/, 120_000);
    expect(demo.said()).not.toContain('is on the map');
    const admin = await signIn(demo, 'admin');
    expect(await total(admin, '/api/devices')).toBe(20_410);
    await until('the agents are back', async () => (await admin.get('/api/agents')).items.every(({ online }: { online: boolean }) => online), 120_000);
    const agents: { gaps: number; repeats: number }[] = (await admin.get('/api/agents')).items;
    expect(agents.map(({ gaps }) => gaps)).toEqual(agents.map(() => 0));
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(processesOf(dir)).toEqual([]);
  });

  it("shows the cloud's own sentence when it cannot start, and leaves no process", { timeout: 60_000 }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until('a port is taken', () => server.listening);
    const port = String((server.address() as { port: number }).port);
    const taken = start(join(folder, 'taken'), { GW_HTTP_PORT: port });
    expect(await taken.ended).toBe(1);
    expect(taken.said()).toContain(port);
    server.close();
    const wrong = start(join(folder, 'wrong'), { GW_HTTP_PORT: 'eighty' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.said().trim()).toBe('GW_HTTP_PORT (environment) is "eighty"; allowed is a whole number from 0 to 65535.');
    expect(processesOf(folder)).toEqual([]);
  });
});
