import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../kit/product.ts';
import { QuickPath } from '../kit/quick-path.ts';

const tilts = 'cover-0';
const cutMs = 3_600_000;

/** Their time runs sixty times as fast as ours: an hour takes a minute. */
describe('a line that is cut for an hour', () => {
  const path = new QuickPath(60);
  const { ids, interval_s, time } = path;
  // Half an hour after the start, while the line is cut, one tilts for five minutes.
  beforeAll(() => path.start({ [tilts]: [{ after_s: 1800, act: 'tilt', value: 30, for_s: 300 }] }));
  afterAll(() => path.stop());
  const history = async () => (await path.admin.get('/health')).stages.ingest.more.history;
  const alerts = async () => (await path.admin.get('/api/alerts')).items;

  it('loses nothing and doubles nothing; what is past is history and wakes nobody but by its event, late, once', async () => {
    expect(await history()).toBe(0);
    const from = time.now();
    await path.line.stop();
    await until('the agent is told of as gone', async () => (await alerts()).length > 0);
    await until('an hour has passed', () => time.now() > from + cutMs, 90_000);
    expect(await alerts()).toMatchObject([{ agent: 'gw-1', device: null, state: 'firing' }]);
    await path.line.start();
    const whole = cutMs / (interval_s * 1000) - 2;
    await until('the hour has come', async () => (await history()) > ids.length * whole, 60_000);
    await until('the agent is there again', async () => (await alerts()).every(({ state }: { state: string }) => state === 'resolved'));
    for (const id of ids) {
      const due = path.said.timesOf(id);
      const stored = await until('what was said is stored', async () => {
        const { series } = await path.admin.get(`/api/devices/${id}/telemetry?metric=tilt_deg&from=0&to=${time.now() + cutMs}`);
        return due.every((ts) => series[0].ts.includes(ts)) && series[0].ts;
      });
      const times = path.said.timesOf(id);
      expect(stored).toEqual(times.slice(0, stored.length));
      for (const { readings, last } of path.said.bootsOf(id).values()) expect(readings).toBe(last + 1);
    }
    await until('no number is missing', async () => (await path.admin.get('/api/agents')).items[0].gaps === 0);
    expect((await path.admin.get('/api/parked')).total).toBe(0);
    const ofAgent = (await alerts()).filter(({ device }: { device: string | null }) => device === null);
    const ofDevices = (await alerts()).filter(({ device }: { device: string | null }) => device !== null);
    expect(ofAgent).toHaveLength(1);
    expect(ofDevices).toMatchObject([{ device: tilts, cause: 'tilt' }]);
    expect(ofDevices[0].late_ms).toBeGreaterThan(cutMs / 4);
    expect((await path.admin.get('/api/cases')).total).toBe(1);
  }, 240_000);
});
