/** Whatever comes over the wire: no crash, no hang, and a healthy agent beside it loses nothing. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent, as, HeldGate } from '../../kit/held-gate.ts';
import { ackPacket, connectPacket, disconnectPacket, packet, pingPacket, publishPacket, RawMqtt, subscribePacket, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
let healthy: RawMqtt;
let published = 0;
const crashes: unknown[] = [];
const crashed = (thrown: unknown) => void crashes.push(thrown);
beforeAll(async () => {
  process.on('uncaughtException', crashed);
  gate = await new HeldGate([agent('gw-01'), agent('gw-02')]).start();
  healthy = await gate.enter('gw-02');
});
afterAll(async () => {
  healthy.cut();
  await gate.stop();
  process.off('uncaughtException', crashed);
});

const session = [
  connectPacket({ ...as('gw-01'), will: { topic: 'gw/v1/gw-01/state', payload: '{}' }, keepalive: 60 }),
  publishPacket('gw/v1/gw-01/telemetry', '[{"device":"a"}]', { id: 1 }),
  publishPacket('gw/v1/gw-01/a/event', '{}', { id: 2, qos: 2 }),
  ackPacket(types.pubrel, 2),
  subscribePacket(3, ['gw/v1/gw-01/+/command', 'gw/v1/gw-01/flow']),
  packet(types.unsubscribe, 2, Buffer.concat([Buffer.from([0, 9, 0, 17]), Buffer.from('gw/v1/gw-01/flow\0')])),
  ackPacket(types.puback, 1),
  pingPacket,
  disconnectPacket,
];
const whole = Buffer.concat(session);

/** Sends it, ends its side, and waits for the broker to end the other; then the healthy one publishes. */
async function survives(pieces: Buffer[]): Promise<void> {
  const client = await RawMqtt.open(gate.port);
  for (const piece of pieces) {
    client.socket.write(piece);
    await new Promise(setImmediate);
  }
  client.socket.end();
  await client.closed;
  published++;
  await healthy.publish('gw/v1/gw-02/telemetry', '[]', (published % 65_535) + 1);
  expect(crashes).toEqual([]);
}

test('a good session, cut in two at every byte', async () => {
  for (let at = 1; at < whole.length; at++) await survives([whole.subarray(0, at), whole.subarray(at)]);
}, 60_000);

test('a session that ends at every byte', async () => {
  for (let at = 1; at < whole.length; at++) await survives([whole.subarray(0, at)]);
}, 60_000);

test('a good session with some bytes changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      await survives([bytes]);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('any packets of any bytes behind a good CONNECT', async () => {
  const anything = fc.tuple(fc.nat(15), fc.nat(15), fc.uint8Array({ maxLength: 60 })).map(([type, flags, body]) => packet(type, flags, Buffer.from(body)));
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), (packets) => survives([session[0] as Buffer, ...packets])),
    { numRuns: 300 },
  );
}, 60_000);

test('bytes at random', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => survives([Buffer.from(bytes)])),
    { numRuns: 200 },
  );
}, 60_000);

test('afterwards nothing is left of it, every message is accounted for, and the healthy agent’s are all there', async () => {
  await expect.poll(() => gate.broker.stats().connections).toBe(1);
  const { in: seen, accepted, rejected, repeats, waiting } = gate.broker.stats();
  expect(waiting).toBe(0);
  expect(seen).toBe(accepted + rejected + repeats);
  expect(gate.words.filter((word) => word === 'publish gw/v1/gw-02/telemetry []')).toHaveLength(published);
});
