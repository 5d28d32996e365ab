/** Gate and journal together, on their real threads, with a journal of one megabyte. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GateThreads, startGateThreads } from '../../kit/gate-threads.ts';
import { agent, as } from '../../kit/held-gate.ts';
import { ackPacket, heardPublish, publishPacket, RawMqtt, types } from '../../kit/mqtt-raw.ts';

let gate: GateThreads;
beforeEach(async () => {
  gate = await startGateThreads({ credentials: [agent('gw-01'), agent('gw-02')], maxBytes: 1 << 20 });
});
afterEach(() => gate.stop());

test('telemetry is asked to hold, later refused and its connection closed; events pass; it goes on when there is room', async () => {
  const listener = await RawMqtt.enter(gate.port, as('gw-01'));
  await listener.subscribe(['gw/v1/gw-01/flow']);
  const flow = async () => {
    const { payload, id } = heardPublish(await listener.nextOf(types.publish));
    listener.send(ackPacket(types.puback, id as number));
    return payload;
  };
  expect(await flow()).toBe('{"telemetry":true}');

  const sender = await RawMqtt.enter(gate.port, as('gw-02'));
  let acked = 0;
  // It does not listen to flow and goes on until it is shut out: within ten seconds by the end of the reserve.
  for (let id = 1; id < 1000; id++) sender.send(publishPacket('gw/v1/gw-02/telemetry', 'x'.repeat(4000), { id }));
  while ((await sender.next())?.type === types.puback) acked++;
  await sender.closed;
  expect(await flow()).toBe('{"telemetry":false}');
  const held = gate.entries().filter((entry) => entry.type === 'publish').length;
  expect(held).toBeGreaterThanOrEqual(acked);
  expect((await gate.journal.stats()).bytes).toBeLessThan(0.95 * (1 << 20));

  const events = await RawMqtt.enter(gate.port, as('gw-02'));
  for (let id = 1; id <= 100; id++) await events.publish('gw/v1/gw-02/post-1/event', 'y'.repeat(4000), id);
  expect((await gate.journal.stats()).bytes).toBeGreaterThan(1 << 20);
  expect(gate.entries().filter((entry) => entry.type === 'publish')).toHaveLength(held + 100);

  gate.durable((await gate.journal.stats()).lastRow);
  expect(await flow()).toBe('{"telemetry":true}');
  await events.publish('gw/v1/gw-02/telemetry', '[]');

  const broker = await gate.broker.stats();
  expect(broker.in).toBe(broker.accepted + broker.rejected + broker.repeats + broker.parked + broker.waiting);
  expect(broker).toMatchObject({ waiting: 0, telemetry: true, connections: 2 });
  expect(broker.accepted).toBe(held + 101);
  const journal = await gate.journal.stats();
  expect(journal.in).toBe(journal.accepted + journal.rejected + journal.waiting);
  expect(journal.rejected).toBe(broker.rejected);
  listener.cut();
  events.cut();
});
