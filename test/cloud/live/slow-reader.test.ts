import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type LiveClient, openLive, type TestLive } from '../../kit/live.ts';

let at: TestLive;
beforeEach(async () => {
  at = await openLive({ maxWaiting: 5 });
});
afterEach(() => at.close());

/** The TCP connection below a client. */
const wire = (client: LiveClient) => (client.socket.io.engine.transport as unknown as { ws: { _socket: Socket } }).ws._socket;

test('a client that does not read is passed over, holds up nobody, and gets a snapshot of the present once it reads again', async () => {
  const [slow, quick] = await Promise.all([at.connect('admin').ready(), at.connect('admin').ready()]);
  wire(slow).pause();
  const { placed } = at.raise('cover-1', { message: { zh: '长'.repeat(100_000), en: '' } });
  let count = 1;
  await vi.waitFor(
    () => {
      count++;
      at.live.alerts([{ ...placed, alert: { ...placed.alert, count } }]);
      expect(at.live.stats().skipped).toBeGreaterThan(0);
    },
    { timeout: 15_000, interval: 25 },
  );
  await quick.until(() => expect(quick.alerts.get(placed.alert.id)?.count).toBe(count));
  expect(quick.gaps).toBe(0);
  expect(quick.of('snapshot')).toHaveLength(1);
  const { skipped } = at.live.stats();
  at.live.alerts([{ ...placed, alert: { ...placed.alert, count: ++count } }]);
  await vi.waitFor(() => expect(at.live.stats().skipped).toBeGreaterThan(skipped));

  wire(slow).resume();
  await slow.until(() => expect(slow.of('snapshot')).toHaveLength(2));
  expect(slow.alerts.get(placed.alert.id).count).toBe(count);
  at.live.alerts([{ ...placed, alert: { ...placed.alert, count: ++count } }]);
  await slow.until(() => expect(slow.alerts.get(placed.alert.id).count).toBe(count));
  expect(slow.of('delta').at(-1).prev).toBe(slow.of('snapshot').at(-1).version);
}, 40_000);

test('what is behind is told of no readings', async () => {
  const slow = await at.connect('admin').ready();
  await slow.ask('watch', { devices: ['cover-1'] });
  wire(slow).pause();
  const values = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`metric_${i}`, i]));
  let sent = 0;
  for (let i = 0; i < 2000; i++) {
    at.live.readings([{ device: 'cover-1', ts: i, rx: i, values }]);
    sent++;
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  wire(slow).resume();
  await slow.ask('watch', { devices: [] });
  expect(slow.of('reading').length).toBeLessThan(sent);
}, 40_000);
