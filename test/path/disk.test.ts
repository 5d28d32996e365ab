import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

const devices = 20;
const idOf = (i: number) => `cover-${i}`;

/** A disk of its own for the cloud, so small that it fills: a tmpfs, which needs root. */
describe('a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-disk-'));
  const size = (mb: number, how: string[] = []) =>
    execFileSync('mount', [...how, '-o', how.length > 0 ? `remount,size=${mb}m` : `size=${mb}m`, ...(how.length > 0 ? [folder] : ['-t', 'tmpfs', 'tmpfs', folder])]);
  const cloud = new Cloud({}, folder);
  let admin: Person;
  let token: string;
  const t0 = Date.now() - 3_600_000;
  let next = 0;
  beforeAll(async () => {
    size(24);
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post(
      '/api/devices',
      Array.from({ length: devices }, (_, i) => ({ id: idOf(i), kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' })),
    );
  });
  afterAll(async () => {
    await cloud.end('SIGKILL');
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });

  /** Batches of 200 readings one after the other, each counted when it is acknowledged, until the connection ends or `enough`. */
  async function load(enough: () => boolean): Promise<void> {
    const agent = await cloud.connect('gw-1', token);
    const closed = new Promise<void>((resolve) => agent.once('close', () => resolve()));
    agent.on('error', () => {});
    let open = true;
    void closed.then(() => {
      open = false;
    });
    while (open && !enough()) {
      const batch = Array.from({ length: 200 }, (_, i) => ({
        device: idOf(i % devices),
        boot: 1,
        seq: Math.floor((next + i) / devices),
        ts: t0 + next + i,
        values: { tilt_deg: ((next + i) % 97) / 10, battery_v: 3 + ((next + i) % 89) / 100 },
      }));
      const acknowledged = await Promise.race([publish(agent, 'gw/v1/gw-1/telemetry', batch).then(() => true), closed.then(() => false)]).catch(() => false);
      if (acknowledged) next += batch.length;
    }
    agent.end(true);
  }
  const stored = async () => {
    let sum = 0;
    for (let i = 0; i < devices; i++) sum += (await admin.get(`/api/devices/${idOf(i)}/telemetry?metric=tilt_deg&from=${t0}&to=${t0 + next}`)).series[0]?.ts.length ?? 0;
    return sum;
  };

  it('that is full closes the gate with its reason, loses nothing that was acknowledged, and goes on by itself when there is room', async () => {
    await load(() => false);
    expect(next).toBeGreaterThan(0);
    const health = await until('health tells it', async () => {
      const one = await admin.get('/health');
      return one.status === 'degraded' && one;
    });
    expect(health.problems.join()).toContain('disk is full');
    await expect(cloud.connect('gw-1', token)).rejects.toThrow('Server unavailable');
    // People are told to try again, and can read.
    const answer = await admin.ask('POST', '/api/cases', { category: 'x', text: 'y' });
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:gridwarden:problem:try-again' } });
    expect((await admin.get('/api/devices?limit=1')).total).toBe(devices);

    size(200, ['-t', 'tmpfs']);
    await until('all is well again', async () => (await admin.get('/health')).status === 'ok', 60_000);
    const full = next;
    await load(() => next >= full + 2000);
    expect(next).toBeGreaterThanOrEqual(full + 2000);
    await until('all that was acknowledged is stored', async () => (await stored()) === next, 60_000);
    await admin.post('/api/cases', { category: 'x', text: 'y' });
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0 });
  }, 120_000);

  it('that can only be read ends the start with one sentence', async () => {
    await cloud.end();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    cloud.output = '';
    await expect(cloud.start()).rejects.toThrow('the cloud ended with 1');
    expect(cloud.output).toMatch(/^The data folder ".*" \(GW_DATA_DIR\) cannot be used: EROFS: read-only file system/m);
  });
});
