import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { openBrowser, signedIn } from '../kit/browser.ts';
import { adminPassword, Cloud, type Person, until } from '../kit/product.ts';

const hour = 3_600_000;
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The clock of the agent's machine is wrong. */
describe('a real agent whose clock', () => {
  const cloud = new Cloud();
  const folder = mkdtempSync(join(tmpdir(), 'gw-agent-clock-'));
  const agents: AgentProcess[] = [];
  let admin: Person;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
  });
  afterAll(async () => {
    for (const one of agents) await one.end('SIGKILL');
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  async function start(id: string, env: Record<string, string>): Promise<void> {
    const { token } = await admin.post('/api/agents', { id, role: 'agent' });
    await admin.post('/api/devices', { id: `${id}-cover`, kind: 'manhole-cover', agent: id, lifecycle: 'in service', interval_s: 600 });
    const devices = [
      { id: `${id}-cover`, kind: 'manhole-cover', interval_s: 1, driver: { type: 'simulated', seed: 7, acts: [{ after_s: 2, act: 'tilt', value: 25, for_s: 600 }] } },
    ];
    const own = mkdtempSync(join(folder, id));
    agents.push(
      AgentProcess.of(
        own,
        { cloud: { url: `mqtt://127.0.0.1:${cloud.mqtt}`, agent: id, token }, devices },
        { env: { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...env } },
      ),
    );
  }
  const agentOf = async (id: string) => (await admin.get('/api/agents')).items.find((one: { id: string }) => one.id === id);

  it('is years off does as it is told, alerts once, and is shown with its skew, on the page of the device too', async () => {
    await start('in-1970', { FAKETIME: '@1970-01-03 00:00:00' });
    await start('in-2099', { FAKETIME: '@2099-01-01 00:00:00' });
    for (const id of ['in-1970', 'in-2099']) {
      const device = `${id}-cover`;
      const alert = await until('its tilt has its case', async () => (await admin.get(`/api/alerts?device=${device}`)).items.find((one: { case: string | null }) => one.case));
      expect(Math.abs(alert.rx - Date.now())).toBeLessThan(60_000);
      expect(alert.firstTs).toBe(alert.rx);
      expect((await admin.get(`/api/alerts?device=${device}`)).total).toBe(1);
      const command = await admin.post(`/api/devices/${device}/commands`, { name: 'calibrate', args: {} });
      await until('it has done it', async () => (await admin.get(`/api/commands/${command.id}`)).status === 'done');
    }
    expect((await agentOf('in-1970')).skewMs).toBeLessThan(-50 * 365 * 24 * hour);
    expect((await agentOf('in-2099')).skewMs).toBeGreaterThan(70 * 365 * 24 * hour);
    const browser = await openBrowser();
    try {
      const { page } = await signedIn(browser, cloud.base, 'admin', adminPassword, { width: 1400, height: 900, locale: 'en-GB' });
      await page.goto(`${cloud.base}/#/devices/in-1970-cover`);
      await page.getByText('Its clock is not set: it says 1970-01-0').waitFor();
    } finally {
      await browser.close();
    }
  }, 90_000);

  it('drifts is shown as it drifts, and its readings stand at its own times', async () => {
    await start('drifts', { FAKETIME: '+0 x2' });
    const first = await until('its skew is known', async () => (await agentOf('drifts')).skewMs);
    const later = await until('it has drifted by seconds', async () => {
      const { latest } = await admin.get('/api/devices/drifts-cover');
      return latest && latest.sentTs - latest.rx > first + 4000 && latest;
    });
    expect(later).toMatchObject({ clock: 'ok', ts: later.sentTs });
    expect(Math.abs(later.skewMs - (later.sentTs - later.rx))).toBeLessThan(1500);
  }, 60_000);
});
