/** Programs that are ended while they start. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { seeded } from './line.ts';
import { until } from './product.ts';

const top = resolve(import.meta.dirname, '../..');

interface Run {
  said: string;
  complaints: string;
  ended: Promise<{ code: number | null; signal: string | null }>;
  kill(signal: NodeJS.Signals): void;
}

function run(program: string, args: string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, [join(top, program), ...args], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const one: Run = {
    said: '',
    complaints: '',
    ended: new Promise((ended) => child.once('close', (code, signal) => ended({ code, signal }))),
    kill: (signal) => child.kill(signal),
  };
  child.stdout.on('data', (text) => {
    one.said += text;
  });
  child.stderr.on('data', (text) => {
    one.complaints += text;
  });
  return one;
}

/** How long a start takes, from nothing to `ready`; it is ended in order. */
async function startMs(start: () => Run, ready: string): Promise<number> {
  const began = performance.now();
  const one = start();
  await until('it has started', () => one.said.includes(ready));
  const took = performance.now() - began;
  one.kill('SIGTERM');
  expect(await one.ended).toEqual({ code: 0, signal: null });
  return took;
}

/** SIGTERM at so many moments of the start, that chance chose: the same again for the same seed, as far as a machine allows. */
export const earlyEnds = (rounds: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-early-end-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const random = seeded(6);

  async function endEarly(start: () => Run, took: number): Promise<string> {
    let said = '';
    const ends = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const one = start();
      await new Promise((go) => setTimeout(go, ((round + random()) / rounds) * took));
      const at = performance.now();
      one.kill('SIGTERM');
      const { code, signal } = await one.ended;
      expect(performance.now() - at).toBeLessThan(10_000);
      expect([round, one.complaints]).toEqual([round, '']);
      // Before its first line has run, a process ends by the signal itself.
      ends.add(String(signal ?? code));
      said += one.said;
    }
    expect([...ends].filter((end) => end !== '0' && end !== 'SIGTERM')).toEqual([]);
    expect(ends).toContain('0');
    return said;
  }

  it(
    'ends the cloud in order, whenever it comes; the password of the first account was shown, and the next start is as any other',
    async () => {
      const environment = { GW_HTTP_PORT: '0', GW_MQTT_PORT: '0', GW_LOG_LEVEL: 'info', GW_FLOWS: 'off' };
      const cloud = (data: string) => () => run('dist/cloud/main.js', [], { ...environment, GW_DATA_DIR: join(folder, data) });
      const took = await startMs(cloud('measured'), 'Gridwarden listens at');
      const said = await endEarly(cloud('data'), took);
      const last = cloud('data')();
      const url = await until('it listens', () => /Gridwarden listens at (\S+)/.exec(last.said)?.[1]);
      const passwords = [...(said + last.said).matchAll(/its password (\S+)/g)].map(([, password]) => password);
      expect(passwords.length).toBeGreaterThan(0);
      const answer = await fetch(`${url}api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: passwords.at(-1) }),
      });
      expect(answer.status).toBe(200);
      last.kill('SIGTERM');
      expect(await last.ended).toEqual({ code: 0, signal: null });
    },
    20_000 + rounds * 20_000,
  );

  it(
    'ends an agent in order, whenever it comes, and the next start goes on',
    async () => {
      const data = join(folder, 'agent');
      const file = join(folder, 'agent.json');
      const devices = Array.from({ length: 50 }, (_, seed) => ({
        id: `cover-${seed}`,
        kind: 'manhole-cover',
        interval_s: 60,
        driver: { type: 'simulated', seed, history_h: 100 },
      }));
      writeFileSync(file, JSON.stringify({ cloud: { url: 'mqtt://127.0.0.1:1', agent: 'gw-1', token: 'x' }, data_dir: data, devices }));
      const agent = () => run('dist/edge/main.js', ['--config', file], {});
      const took = await startMs(agent, 'agent: all devices are under way');
      rmSync(data, { recursive: true });
      await endEarly(agent, took);
      expect(await startMs(agent, 'agent: all devices are under way')).toBeGreaterThan(0);
      expect(readFileSync(join(data, 'outbox.db')).length).toBeGreaterThan(0);
    },
    20_000 + rounds * 20_000,
  );
};
