/** The order that everything hangs on: authorise, journal, PUBACK. Raw bytes on real sockets, so that an Aedes that changes it fails here. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agent, HeldGate } from '../../kit/held-gate.ts';
import { ackPacket, publishPacket, type RawMqtt, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
let client: RawMqtt;
beforeEach(async () => {
  gate = await new HeldGate([agent('gw-01')]).start();
  client = await gate.enter('gw-01');
  gate.asked.length = 0;
  gate.answering = false;
});
afterEach(async () => {
  client.cut();
  await gate.stop();
});
const topic = 'gw/v1/gw-01/cover-1/event';
const asked = async (n: number) => {
  await expect.poll(() => gate.asked.flatMap(({ entries }) => entries).length, { interval: 2 }).toBe(n);
  return gate.asked;
};

test('no PUBACK leaves before the journal has answered, and it leaves then', async () => {
  client.send(publishPacket(topic, 'a', { id: 5 }));
  const [request] = await asked(1);
  await gate.roundTrip();
  await gate.roundTrip();
  expect(client.heard).toEqual([]);
  expect(gate.broker.stats()).toMatchObject({ in: 1, accepted: 0, waiting: 1 });
  gate.answer({ ids: [request?.id as number], used: [] });
  const ack = await client.nextOf(types.puback);
  expect(ack.body).toEqual(Buffer.from([0, 5]));
  expect(gate.broker.stats()).toMatchObject({ in: 1, accepted: 1, waiting: 0 });
});

test('no PUBREC leaves before the journal has answered, and the rest of QoS 2 follows', async () => {
  client.send(publishPacket(topic, 'a', { id: 6, qos: 2 }));
  const [request] = await asked(1);
  await gate.roundTrip();
  expect(client.heard).toEqual([]);
  gate.answer({ ids: [request?.id as number], used: [] });
  expect((await client.nextOf(types.pubrec)).body).toEqual(Buffer.from([0, 6]));
  client.send(publishPacket(topic, 'a', { id: 6, qos: 2, dup: true }));
  expect((await client.nextOf(types.pubrec)).body).toEqual(Buffer.from([0, 6]));
  client.send(ackPacket(types.pubrel, 6));
  expect((await client.nextOf(types.pubcomp)).body).toEqual(Buffer.from([0, 6]));
  expect(gate.broker.stats()).toMatchObject({ in: 2, accepted: 1, repeats: 1, waiting: 0 });
  expect(gate.asked).toHaveLength(1);
});

test('a PUBREL for what was never sent is answered all the same', async () => {
  client.send(ackPacket(types.pubrel, 77));
  expect((await client.nextOf(types.pubcomp)).body).toEqual(Buffer.from([0, 77]));
});

test('QoS 0 is journaled, and nothing is answered', async () => {
  client.send(publishPacket(topic, 'a', { qos: 0 }));
  const [request] = await asked(1);
  gate.answer({ ids: [request?.id as number], used: [] });
  await expect.poll(() => gate.broker.stats().accepted).toBe(1);
  await gate.roundTrip();
  expect(client.heard).toEqual([]);
});

test.each(['journal-full', 'journal-disk'])('what the journal refuses (%s) closes the connection without a PUBACK', async (code) => {
  client.send(publishPacket(topic, 'a', { id: 7 }), publishPacket(topic, 'b', { id: 8 }));
  const [request] = await asked(2);
  gate.answer({ ids: [request?.id as number], used: [], refused: { share: 'all', code, message: 'no room' } });
  await client.closed;
  expect(client.heard).toEqual([]);
  gate.answering = true;
  expect(gate.broker.stats()).toMatchObject({ in: 2, accepted: 0, rejected: 2, waiting: 0, more: { refusing: code } });
});

test('when telemetry alone is refused, the events of the same group are acknowledged up to it', async () => {
  client.send(publishPacket(topic, 'a', { id: 1 }), publishPacket('gw/v1/gw-01/telemetry', '[]', { id: 2 }));
  const [request] = await asked(2);
  expect(request?.telemetry).toBe(1);
  gate.answer({ ids: [request?.id as number], used: [], refused: { share: 'telemetry', code: 'journal-full', message: 'full' } });
  await client.closed;
  expect(client.heard.every(({ type, body }) => type === types.puback && body.readUInt16BE(0) === 1)).toBe(true);
  gate.answering = true;
  expect(gate.broker.stats()).toMatchObject({ in: 2, accepted: 1, rejected: 1 });
});

test('a hundred publishes of one socket write enter in order, go over as one request, and are acknowledged in order', async () => {
  client.send(...Array.from({ length: 100 }, (_, i) => publishPacket(topic, `${i}`, { id: i + 1 })));
  const requests = await asked(100);
  expect(requests).toHaveLength(1);
  expect(gate.words).toEqual(Array.from({ length: 100 }, (_, i) => `publish ${topic} ${i}`));
  gate.answer({ ids: [requests[0]?.id as number], used: [] });
  for (let i = 0; i < 100; i++) expect((await client.nextOf(types.puback)).body.readUInt16BE(0)).toBe(i + 1);
});
