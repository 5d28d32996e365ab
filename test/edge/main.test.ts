import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess, program } from './process.ts';
import { Station } from './station.ts';

describe('the agent as a process', { timeout: 90_000 }, () => {
  let folder: string;
  let station: Station;
  let agents: AgentProcess[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gw-agent-'));
    station = new Station();
    await station.open();
    agents = [];
  });
  afterEach(async () => {
    for (const one of agents) if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGKILL');
    await station.close();
    rmSync(folder, { recursive: true });
  });

  function start(config: object, options: ConstructorParameters<typeof AgentProcess>[1] = {}): AgentProcess {
    const one = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${station.port}`, agent: 'gw-01', token: 'abc' }, ...config }, options);
    agents.push(one);
    return one;
  }
  const simulated = (kind: string, i: number, options: object = {}, interval_s = 1) => ({
    id: `${kind}-${i}`,
    kind,
    interval_s,
    driver: { type: 'simulated', seed: i, ...options },
  });
  const covers = (count: number, options: object = {}, interval_s = 1) => Array.from({ length: count }, (_, i) => simulated('manhole-cover', i, options, interval_s));
  const outboxBytes = () => ['outbox.db', 'outbox.db-wal'].reduce((sum, name) => sum + (statSync(join(folder, 'data', name), { throwIfNoEntry: false })?.size ?? 0), 0);

  /** What the outbox of an agent that is gone has on disk, as "device/boot/seq". */
  function committed(): string[] {
    const db = new Database(join(folder, 'data', 'outbox.db'));
    const rows = db.prepare('SELECT device, body FROM telemetry').all() as { device: string; body: string }[];
    db.close();
    return rows.map(({ device, body }) => nameOf({ device, ...JSON.parse(body) }));
  }
  const nameOf = ({ device, boot, seq }: { device: string; boot: number; seq: number }) => `${device}/${boot}/${seq}`;

  /** Of each device and boot: the numbers that came run from `from` without a gap, and a number that came again brought the same. */
  function expectNoGaps(from = 0) {
    const seen = new Map<string, Map<number, string>>();
    for (const reading of station.readings()) {
      const key = `${reading.device}/${reading.boot}`;
      const numbers = seen.get(key) ?? new Map<number, string>();
      seen.set(key, numbers);
      const text = JSON.stringify([reading.ts, reading.values]);
      expect(numbers.get(reading.seq) ?? text, `${key}/${reading.seq} came again`).toBe(text);
      numbers.set(reading.seq, text);
    }
    for (const [key, numbers] of seen)
      expect(
        [...numbers.keys()].sort((a, b) => a - b),
        key,
      ).toEqual(Array.from({ length: numbers.size }, (_, i) => from + i));
  }

  it('brings a tilted cover to the cloud: its past once, its readings, its event', async () => {
    const devices = covers(1, { history_h: 24, acts: [{ after_s: 1, act: 'tilt', value: 28, for_s: 600 }] }, 600);
    const one = start({ devices });
    await station.until('the tilt', () => station.events().length > 0);
    const [event] = station.events();
    expect(event).toMatchObject({ device: 'manhole-cover-0', kind: 'tilt', seq: 0, data: { tilt_deg: expect.closeTo(28, 0) } });
    await station.until('all readings', () => station.readings().length >= 27);
    const readings = station.readings().toSorted((a, b) => a.seq - b.seq);
    expect(readings.slice(0, 24).every(({ ts }) => ts % 3_600_000 === 0)).toBe(true);
    const [live, passed, fired] = readings.slice(24);
    expect([live?.values.tilt_deg as number, passed?.values.tilt_deg as number]).toEqual([expect.toBeOneOf([expect.closeTo(1, -1)]), expect.closeTo(28, 0)]);
    expect((fired?.ts as number) - (passed?.ts as number)).toBeGreaterThan(2900);
    expect(event?.ts).toBe(fired?.ts);
    expectNoGaps();
    expect((await one.end('SIGTERM')).code).toBe(0);
    const before = station.readings().length;
    start({ devices });
    await station.until('the second start', () => station.readings().length > before);
    await station.until('it has said all', () => station.states().at(-1)?.online === true);
    expect(station.readings().filter(({ boot }) => boot !== event?.boot).length).toBeLessThan(4);
  });

  it('loses nothing that its outbox had committed when it is killed under load, again and again', async () => {
    const devices = covers(60, { history_h: 100 });
    const owed = new Set<string>();
    for (const [round, after] of [500, 3000, 200].entries()) {
      const one = start({ devices });
      const before = station.readings().length;
      await station.until(`round ${round} is under way`, () => station.readings().length > before + after);
      await one.end('SIGKILL');
      for (const name of committed()) owed.add(name);
    }
    // Killed with nobody to send to, too.
    await station.close();
    const unheard = start({ devices });
    await station.until('it has said much to nobody', () => unheard.logged('not connected') > 0 && outboxBytes() > 100_000);
    await unheard.end('SIGKILL');
    for (const name of committed()) owed.add(name);
    await station.open();
    expect(owed.size).toBeGreaterThan(200);
    start({ devices });
    const missing = () => {
      const heard = new Set(station.readings().map(nameOf));
      return [...owed].filter((name) => !heard.has(name));
    };
    await station.until('all that was owed', () => missing().length === 0, 30_000);
    await station.until('the rest of the past', () => station.readings().filter(({ ts }) => ts % 3_600_000 === 0).length >= 6000, 30_000);
    await agents.at(-1)?.end('SIGTERM');
    expectNoGaps();
    const past = new Set(
      station
        .readings()
        .filter(({ ts }) => ts % 3_600_000 === 0)
        .map(nameOf),
    );
    expect(past.size).toBe(6000);
    expect(new Set(station.readings().map(({ boot }) => boot)).size).toBe(5);
  });

  it('drops the oldest telemetry when its outbox of 1 MiB is full, counts it, keeps events, and goes on by itself', async () => {
    const port = station.port;
    await station.close();
    const posts = Array.from({ length: 3 }, (_, i) => simulated('alarm-post', i, { acts: [0.1, 1, 2].map((after_s) => ({ after_s, act: 'sos' })) }));
    const one = start({ devices: [...posts, ...covers(20, { history_h: 720 }, 2)], outbox: { max_mb: 1 } });
    const produced = 20 * 720;
    await station.until('it is full', () => outboxBytes() > 700_000 && one.logged('under way') > 0 && one.logged('"sos"') === 9 && one.logged('not connected') > 0, 30_000);
    expect(outboxBytes()).toBeLessThanOrEqual(1024 * 1024);
    station.port = port;
    await station.open();
    const past = (i: number) => station.readings().filter(({ device, ts }) => device === `manhole-cover-${i}` && ts % 3_600_000 === 0).length;
    await station.until('the backlog', () => past(19) === 720, 40_000);
    expect(station.events().map(({ kind }) => kind)).toEqual(Array(9).fill('sos'));
    const firstTelemetry = station.heard.findIndex(({ topic }) => topic.endsWith('telemetry'));
    const lastEvent = station.heard.findLastIndex(({ topic }) => topic.endsWith('event'));
    expect(lastEvent).toBeLessThan(firstTelemetry);
    const dropped = Math.max(...station.states().map((state) => state.dropped ?? 0));
    expect(dropped).toBeGreaterThan(5000);
    // What is kept is the youngest: of the first device nothing of the past, of the last all of it.
    expect([past(0), past(19)]).toEqual([0, 720]);
    const kept = Array.from({ length: 20 }, (_, i) => past(i)).reduce((sum, count) => sum + count, 0);
    expect(kept + dropped).toBeGreaterThanOrEqual(produced);
    const before = station.readings().length;
    await station.until('it goes on', () => station.readings().length > before + 20);
  });

  it('sends events, each device’s latest, then the backlog after a cut', async () => {
    const acts = [4, 5, 6, 9].map((after_s) => ({ after_s, act: 'sos' }));
    const one = start({ devices: [simulated('alarm-post', 0, { acts }), ...covers(5)] });
    await station.until('online', () => station.readings().length >= 6);
    station.deaf = true;
    station.cut();
    await station.close();
    station.heard.length = 0;
    await station.until('the cut has lasted', () => one.logged('"sos"') === 4, 30_000);
    station.deaf = false;
    await station.open();
    await station.until('the backlog', () => station.events().length === 4 && station.readings().length >= 36, 30_000);
    const what = station.heard.map(({ topic }) => topic.split('/').at(-1)).filter((last) => last !== 'state');
    expect(what.slice(0, 4)).toEqual(['event', 'event', 'event', 'event']);
    const readings = station.readings();
    const latest = readings.slice(0, 6);
    expect(new Set(latest.map(({ device }) => device)).size).toBe(6);
    const backlog = readings.slice(6).filter(({ ts }) => ts < (latest[0]?.ts as number));
    expect(backlog.length).toBeGreaterThanOrEqual(24);
    expect(backlog.map(({ ts }) => ts)).toEqual(backlog.map(({ ts }) => ts).toSorted((a, b) => a - b));
    for (const { device, seq } of latest) for (const late of backlog) if (late.device === device) expect(late.seq).toBeLessThan(seq);
  });

  it('does a command once, over a kill too, and none that has expired', async () => {
    const devices = [simulated('streetlight', 0, {}, 600)];
    const topic = 'gw/v1/gw-01/streetlight-0/command';
    const one = start({ devices });
    await station.until('online', () => station.readings().length > 0);
    station.say(topic, { id: 'C1', name: 'dim', args: { level_pct: 35 }, expires: Date.now() + 60_000 });
    await station.until('the reply', () => station.replies().length === 1);
    expect(station.replies()[0]).toMatchObject({ device: 'streetlight-0', id: 'C1', ok: true, result: { level_pct: 35 } });
    station.say(topic, { id: 'C2', name: 'off', args: {}, expires: Date.now() - 1 });
    await station.until('the refusal', () => station.replies().length === 2);
    expect(station.replies()[1]).toMatchObject({ id: 'C2', ok: false, error: 'expired' });
    await one.end('SIGKILL');
    start({ devices });
    await station.until('a reading after the restart', () => new Set(station.readings().map(({ boot }) => boot)).size === 2);
    expect(station.readings().at(-1)?.values.dimming_pct).toBe(35);
    station.say(topic, { id: 'C1', name: 'dim', args: { level_pct: 90 } });
    await station.until('the reply again', () => station.replies().filter(({ id }) => id === 'C1').length === 2);
    const [first, second] = station.replies().filter(({ id }) => id === 'C1');
    expect(second).toEqual(first);
    station.say(topic, { id: 'C3', name: 'on', args: {} });
    await station.until('the next', () => station.replies().some(({ id }) => id === 'C3'));
    expect(station.replies().at(-1)).toMatchObject({ id: 'C3', ok: true, result: { level_pct: 100 } });
  });

  it('does what the agent itself does for a cover: the interval and the baseline', async () => {
    const devices = covers(1, { acts: [{ after_s: 0, act: 'tilt', value: 10 }] }, 600);
    start({ devices });
    await station.until('leaning', () => station.readings().some(({ values }) => (values.tilt_deg as number) > 9));
    station.say('gw/v1/gw-01/manhole-cover-0/command', { id: 'C1', name: 'calibrate', args: {} });
    await station.until('level', () => (station.readings().at(-1)?.values.tilt_deg as number) < 2);
    const before = station.readings().length;
    station.say('gw/v1/gw-01/manhole-cover-0/command', { id: 'C2', name: 'set-interval', args: { interval_s: 1 } });
    await station.until('each second', () => station.readings().length >= before + 3);
    expect(station.replies()).toMatchObject([
      { id: 'C1', ok: true, result: { baseline: { angle_z_deg: expect.closeTo(80, 0) } } },
      { id: 'C2', ok: true, result: { interval_s: 1 } },
    ]);
  });

  it('takes a snapshot and hands it up over HTTP', async () => {
    const asked: { url: string; bearer: string; bytes: number }[] = [];
    const server = createServer(async (request, response) => {
      let bytes = 0;
      for await (const part of request) bytes += (part as Buffer).length;
      asked.push({ url: request.url ?? '', bearer: request.headers.authorization ?? '', bytes });
      response.writeHead(201).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const http = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    start({ cloud: { url: `mqtt://127.0.0.1:${station.port}`, agent: 'gw-01', token: 'abc', http }, devices: [simulated('camera', 0)] });
    await station.until('online', () => station.readings().length > 0);
    station.say('gw/v1/gw-01/camera-0/command', { id: 'C1', name: 'snapshot', args: {} });
    await station.until('the reply', () => station.replies().length === 1);
    expect(station.replies()[0]).toMatchObject({ id: 'C1', ok: true, result: { width: 640, height: 360 } });
    expect(asked).toEqual([{ url: '/api/devices/camera-0/photos', bearer: 'Bearer abc', bytes: expect.any(Number) }]);
    expect(asked[0]?.bytes).toBeGreaterThan(3000);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  // From Node 22 on the same agent takes more of Node itself: some 10 MB of program, some 15 MB of heap.
  const mostMb = Number(process.versions.node.split('.')[0]) < 22 ? 90 : 115;
  it(`keeps to ${mostMb} MB with ten devices that report each second`, async () => {
    const kinds = ['manhole-cover', 'streetlight', 'alarm-post', 'face-gate', 'camera'];
    const devices = Array.from({ length: 10 }, (_, i) => simulated(kinds[i % 5] as string, i, { history_h: 24, ...(i % 5 === 2 ? { acts: [{ after_s: 2, act: 'sos' }] } : {}) }));
    const server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(201).end('{}')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const http = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const one = start({ cloud: { url: `mqtt://127.0.0.1:${station.port}`, agent: 'gw-01', token: 'abc', http }, devices });
    await station.until('it has worked for a while', () => station.readings().length > 400, 30_000);
    for (let i = 0; i < 5; i++) station.say('gw/v1/gw-01/camera-4/command', { id: `C${i}`, name: 'snapshot', args: {} });
    await station.until('the pictures', () => station.replies().length === 5);
    expect(station.replies().map(({ ok }) => ok)).toEqual(Array(5).fill(true));
    server.closeAllConnections();
    server.close();
    const rss = one.rss();
    console.info(`RSS with ten devices: ${rss.toFixed(1)} MB`);
    expect(rss).toBeLessThanOrEqual(mostMb);
  });

  it('waits for room when the disk refuses, and loses nothing by it', async () => {
    const port = station.port;
    await station.close();
    const one = start({ devices: covers(30, { history_h: 100 }) }, { by: ['prlimit', '--fsize=200000:unlimited'] });
    await station.until('the disk refuses', () => one.logged('not on disk yet') > 0);
    await new Promise((resolve) => spawn('prlimit', ['--pid', String(one.pid), '--fsize=unlimited'], { stdio: 'inherit' }).on('close', resolve));
    station.port = port;
    await station.open();
    await station.until('all of the past', () => station.readings().filter(({ ts }) => ts % 3_600_000 === 0).length >= 3000, 30_000);
    await one.end('SIGTERM');
    expectNoGaps();
  });

  it('stops in order on a signal, a second one changes nothing', async () => {
    const one = start({ devices: covers(3) });
    await station.until('readings', () => station.readings().length >= 3);
    one.signal('SIGTERM');
    one.signal('SIGINT');
    one.signal('SIGTERM');
    expect(await one.ended).toEqual({ code: 0, signal: null });
    expect(station.states().at(-1)).toMatchObject({ online: false, waiting: 0 });
    expect(one.stderr).toBe('');
    expect(committed()).toEqual([]);
  });

  it('stops within 10 s when the cloud is away or says nothing', async () => {
    const one = start({ devices: covers(3) });
    await station.until('readings', () => station.readings().length >= 3);
    station.deaf = true;
    const begun = performance.now();
    expect((await one.end('SIGTERM')).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('ends when its parent is gone: the channel is closed', async () => {
    const one = start({ devices: covers(1) }, { ipc: true });
    const sent: unknown[] = [];
    one.child.on('message', (message) => sent.push(message));
    await station.until('readings', () => station.readings().length >= 1);
    one.child.disconnect();
    expect((await one.ended).code).toBe(0);
    expect(JSON.stringify(sent)).not.toContain('abc');
  });

  it('ends when npm was killed above it', async () => {
    const config = join(folder, 'agent.json');
    start({ devices: covers(1) });
    await station.until('readings', () => station.readings().length >= 1);
    await agents[0]?.end('SIGTERM');
    station.heard.length = 0;
    // As npm does it: a shell between it and the agent, which outlives it.
    const script = `sh -c '"${process.execPath}" "${program}" --config "${config}" > /dev/null & echo $!; wait' & wait`;
    const npm = spawn('bash', ['-c', script], { env: { ...process.env, npm_lifecycle_event: 'edge' }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await new Promise((resolve) => npm.stdout.once('data', (part: Buffer) => resolve([part.toString()])))) as [string];
    const pid = Number(said);
    await station.until('readings', () => station.readings().length >= 1);
    npm.kill('SIGKILL');
    const alive = () => {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        if ((error as { code?: string }).code !== 'ESRCH') throw error;
        return false;
      }
    };
    await station.until('its end', () => !alive());
    expect(station.states().at(-1)?.online).toBe(false);
  });

  it('refuses a data folder that another process uses, and takes it when that one was killed', async () => {
    const one = start({ devices: covers(1) });
    await station.until('readings', () => station.readings().length >= 1);
    const two = start({ devices: covers(1) });
    expect((await two.ended).code).toBe(1);
    expect(two.stderr).toBe(`gridwarden edge: data folder ${folder}/data is in use by another process\n`);
    await one.end('SIGKILL');
    const before = station.connects;
    start({ devices: covers(1) });
    await station.until('the third', () => station.connects > before);
  });

  it('refuses a data folder of a newer version', async () => {
    const one = start({ devices: [] });
    await station.until('online', () => station.states().length > 0);
    await one.end('SIGTERM');
    const db = new Database(join(folder, 'data', 'outbox.db'));
    db.pragma('user_version = 99');
    db.close();
    const two = start({ devices: [] });
    expect((await two.ended).code).toBe(1);
    expect(two.stderr).toBe(`gridwarden edge: data folder ${folder}/data was written by a newer version (schema 99, this program knows 1)\n`);
  });

  it.each([
    [[], '--config is missing; allowed: --config FILE, the agent’s file in YAML or JSON'],
    [['--configuration', 'x'], "Unknown option '--configuration'; allowed: --config FILE"],
    [['--config', '/no/such/file.yaml'], '/no/such/file.yaml cannot be read (ENOENT); --config takes a YAML or JSON file'],
  ])('ends with one sentence for the arguments %j', async (args, sentence) => {
    const one = new AgentProcess(args);
    agents.push(one);
    expect((await one.ended).code).toBe(1);
    expect(one.stderr).toBe(`gridwarden edge: ${sentence}\n`);
    expect(one.lines).toEqual([]);
  });
});
