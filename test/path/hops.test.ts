import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hopNames } from '../../cloud/hops.ts';
import { AgentProcess } from '../edge/process.ts';
import { Cloud, type Person, until } from '../kit/product.ts';
import { LiveView } from '../kit/socket.ts';

/** A real agent whose clock is an hour behind, and a page that is open. */
const cloud = new Cloud();
const folder = mkdtempSync(join(tmpdir(), 'gw-hops-'));
let admin: Person;
let agent: AgentProcess;
let page: LiveView;
beforeAll(async () => {
  await cloud.start();
  admin = await cloud.signIn();
  page = await new LiveView(admin).ready();
  const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
  await admin.post('/api/devices', { id: 'tilts', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s: 600 });
  const devices = [{ id: 'tilts', kind: 'manhole-cover', interval_s: 1, driver: { type: 'simulated', seed: 7, acts: [{ after_s: 3, act: 'tilt', value: 25, for_s: 600 }] } }];
  agent = AgentProcess.of(
    folder,
    { cloud: { url: `mqtt://127.0.0.1:${cloud.mqtt}`, agent: 'gw-1', token }, devices },
    { env: { LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', FAKETIME: '-3600', FAKETIME_DONT_FAKE_MONOTONIC: '1' } },
  );
});
afterAll(async () => {
  page?.close();
  await agent?.end('SIGKILL');
  await cloud.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('every hop from the device to the pages is timed, the agent’s wrong clock set right', async () => {
  await until('the alert is on the page', () => [...page.alerts.values()].find(({ device, cause }) => device === 'tilts' && cause === 'tilt'));
  const hops = await until('every hop is timed', async () => {
    const { hops } = await admin.get('/health');
    return hopNames.every((name) => hops[name].count > 0) && hops;
  });
  for (const name of hopNames) {
    expect([name, hops[name].p50]).toEqual([name, expect.any(Number)]);
    expect([name, hops[name].p99 < 60_000]).toEqual([name, true]);
  }
  // With the skew left in, the device's event would be an hour old.
  const text = await admin.get('/metrics');
  const line = (what: string) => Number(new RegExp(`^gridwarden_hop_seconds_${what} (\\S+)$`, 'm').exec(text)?.[1]);
  for (const name of hopNames) {
    expect(line(`count\\{hop="${name}"\\}`)).toBeGreaterThan(0);
    expect(line(`bucket\\{hop="${name}",le="\\+Inf"\\}`)).toBe(line(`count\\{hop="${name}"\\}`));
    expect(line(`bucket\\{hop="${name}",le="60"\\}`)).toBe(line(`count\\{hop="${name}"\\}`));
  }
});
