import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../kit/product.ts';
import { QuickPath } from '../kit/quick-path.ts';

const stoppedMs = 300_000;

/** SIGSTOP: its connection stands, nothing is said, and nobody is told. Their time runs twenty times as fast as ours. */
describe('an agent that is stopped for five minutes', () => {
  const path = new QuickPath(20);
  const { ids, interval_s, time } = path;
  beforeAll(() => path.start());
  afterAll(() => path.stop());
  const alerts = async (): Promise<{ agent: string; device: string | null; state: string }[]> => (await path.admin.get('/api/alerts')).items;
  const statusesOf = async () => new Set((await path.admin.get('/api/devices')).items.map(({ status }: { status: string }) => status));
  const command = (expires: number) => path.admin.post('/api/devices/cover-0/commands', { name: 'calibrate', args: {}, expires: Math.floor(expires) });

  it('is told of as gone, not its devices; it comes back, does what has not expired, once, and makes up for nothing', async () => {
    const from = time.now();
    process.kill(path.agent.pid, 'SIGSTOP');
    // Sent while its connection still stands: it lies in the system until it goes on.
    const short = await command(from + 120_000);
    await until('it is told of as gone', async () => (await alerts()).length > 0);
    const long = await command(time.now() + 3_600_000);
    expect(await alerts()).toMatchObject([{ agent: 'gw-1', device: null, state: 'firing' }]);
    expect(await statusesOf()).toEqual(new Set(['unknown']));
    await until('five minutes have passed', () => time.now() > from + stoppedMs);
    expect((await path.admin.get(`/api/commands/${short.id}`)).status).toBe('expired');
    expect((await alerts()).map(({ agent, device, cause, count }: Record<string, unknown>) => [agent, device, cause, count])).toEqual([['gw-1', null, 'agent-gone', 1]]);
    const before = new Map(ids.map((id) => [id, path.said.timesOf(id).length]));

    process.kill(path.agent.pid, 'SIGCONT');
    const back = time.now();
    await until('it is back', async () => (await alerts())[0]?.state === 'resolved');
    await until('it has done it', async () => (await path.admin.get(`/api/commands/${long.id}`)).status === 'done');
    expect(path.agent.logged('commands: done')).toBe(1);
    expect((await path.admin.get(`/api/commands/${short.id}`)).status).toBe('expired');
    await until('all have spoken since', () => ids.every((id) => path.said.timesOf(id).length > (before.get(id) as number) + 1));
    // One reading for each interval since, one at once, and one for what the command has changed.
    for (const id of ids) expect(path.said.timesOf(id).length - (before.get(id) as number)).toBeLessThanOrEqual(Math.ceil((time.now() - back) / (interval_s * 1000)) + 3);

    for (const id of ids) {
      const due = path.said.timesOf(id);
      const stored = await until('what was said is stored', async () => {
        const { series } = await path.admin.get(`/api/devices/${id}/telemetry?metric=tilt_deg&from=0&to=${Math.floor(time.now()) + stoppedMs}`);
        return due.every((ts) => series[0].ts.includes(ts)) && series[0].ts;
      });
      expect(path.said.timesOf(id).slice(0, stored.length)).toEqual(stored);
    }
    await until('no number is missing', async () => (await path.admin.get('/api/agents')).items[0].gaps === 0);
    expect((await alerts()).map(({ agent, device, cause, count }: Record<string, unknown>) => [agent, device, cause, count])).toEqual([['gw-1', null, 'agent-gone', 1]]);
    expect(await statusesOf()).toEqual(new Set(['ok']));
  }, 180_000);
});
