/** Whatever comes over the wire: no crash, no hang, and a healthy agent beside it loses nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fc, inPieces, nearly, patience, runs } from '../../kit/fuzz.ts';
import { agent, as, bridge, HeldGate } from '../../kit/held-gate.ts';
import { ackPacket, connectPacket, disconnectPacket, packet, pingPacket, publishPacket, RawMqtt, subscribePacket, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
let healthy: RawMqtt;
let published = 0;
const crashes: unknown[] = [];
const crashed = (thrown: unknown) => void crashes.push(thrown);
beforeAll(async () => {
  process.on('uncaughtException', crashed);
  gate = await new HeldGate([agent('gw-01'), agent('gw-02'), bridge('lns')]).start();
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

const bridges = Buffer.concat([
  connectPacket(as('lns', 'chirpstack-1')),
  subscribePacket(1, ['application/+/device/+/command/+'], 2),
  publishPacket('application/1/device/24e124/event/up', '{"data":"AXVX"}', { id: 65_535, dup: true, retain: true }),
  publishPacket('application/1/device/24e124/event/up', 'x'.repeat(300), { qos: 0 }),
  pingPacket,
]);

test(
  'good sessions with bytes changed, cut out, put in or said twice, in any pieces',
  async () => {
    await fc.assert(fc.asyncProperty(inPieces(nearly([whole, bridges])), survives), runs(80));
  },
  patience(80),
);

test(
  'a good CONNECT, and then packets that are nearly right',
  async () => {
    const connect = session[0] as Buffer;
    await fc.assert(
      fc.asyncProperty(inPieces(nearly([whole], connect.length)), (pieces) => survives(pieces)),
      runs(80),
    );
  },
  patience(80),
);

test(
  'any packets of any bytes behind a good CONNECT',
  async () => {
    const anything = fc.tuple(fc.nat(15), fc.nat(15), fc.uint8Array({ maxLength: 60 })).map(([type, flags, body]) => packet(type, flags, Buffer.from(body)));
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), (packets) => survives([session[0] as Buffer, ...packets])),
      runs(80),
    );
  },
  patience(80),
);

test(
  'bytes at random',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => survives([Buffer.from(bytes)])),
      runs(50),
    );
  },
  patience(50),
);

/** As the contract has it, said another way than the product says it. */
function mayBeSaid(topic: Buffer): boolean {
  const [gw, v1, agent, ...rest] = topic.toString('latin1').split('/');
  if (gw !== 'gw' || v1 !== 'v1' || agent !== 'gw-01' || rest.length === 0) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(topic);
  } catch {
    return false;
  }
  const isSaidToIt = (rest.length === 1 && rest[0] === 'flow') || (rest.length === 2 && rest[1] === 'command');
  return !isSaidToIt && !/[+#\0]/.test(topic.toString('latin1')) && !topic.includes('\ufffd');
}

test(
  'a message on any topic is acknowledged or closes the connection, as its right is, and is counted once',
  async () => {
    const part = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('gw', 'v1', 'gw-01', 'gw-02', 'telemetry', 'event', 'flow', 'command', '', '+', '#', '$SYS', '$share', '\0', '\ufffd', '井盖', '\u{1f6a8}'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    );
    const any = fc.array(part, { maxLength: 6 }).map((parts) => Buffer.from(parts.join('/')));
    const own = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => Buffer.from(`gw/v1/gw-01/${parts.join('/')}`));
    const illFormed = fc.tuple(own, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([topic, bytes]) => Buffer.concat([topic, bytes]));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: own }, any, illFormed), async (topic) => {
        const client = await gate.enter('gw-01');
        const before = gate.broker.stats();
        client.send(publishPacket(topic, '{}', { id: 7 }));
        const answer = await client.next();
        const { in: seen, accepted, rejected } = gate.broker.stats();
        if (mayBeSaid(topic)) {
          expect(answer).toMatchObject({ type: types.puback, body: Buffer.from([0, 7]) });
          expect([seen, accepted, rejected]).toEqual([before.in + 1, before.accepted + 1, before.rejected]);
          expect(gate.asked.at(-1)?.entries.at(-1)).toMatchObject({ type: 'publish', agent: 'gw-01', topic: topic.toString() });
        } else {
          expect(answer).toBe(null);
          expect(accepted).toBe(before.accepted);
          // What is no topic at all (empty, ill-formed) is a fault of the packet: it ends its connection before it is a message.
          expect(seen - before.in).toBe(rejected - before.rejected);
        }
        client.cut();
        await client.closed;
      }),
      runs(80),
    );
  },
  patience(80),
);

test('afterwards nothing is left of it, every message is accounted for, and the healthy agent’s are all there', async () => {
  await expect.poll(() => gate.broker.stats().connections).toBe(1);
  const { in: seen, accepted, rejected, repeats, waiting } = gate.broker.stats();
  expect(waiting).toBe(0);
  expect(seen).toBe(accepted + rejected + repeats);
  expect(gate.words.filter((word) => word === 'publish gw/v1/gw-02/telemetry []')).toHaveLength(published);
});
