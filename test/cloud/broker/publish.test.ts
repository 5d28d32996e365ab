/** What may be said and heard, over raw bytes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agent, as, bridge, HeldGate } from '../../kit/held-gate.ts';
import { ackPacket, heardPublish, packet, publishPacket, RawMqtt, subscribePacket, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
beforeEach(async () => {
  gate = await new HeldGate([agent('gw-01'), agent('gw-02'), bridge('cs-01')]).start();
});
afterEach(() => gate.stop());

test.each([
  'gw/v1/gw-02/telemetry',
  'gw/v1/gw-01/flow',
  'gw/v1/gw-01/cover-1/command',
  '$SYS/x',
  'gw/v1/gw-01',
  'other',
  'gw/v1/gw-01/+/event',
  'gw/v1/gw-01/#',
  `gw/v1/gw-01/${'a/'.repeat(120)}`,
])('publishing on %s closes the connection without a PUBACK; a healthy agent beside it loses nothing', async (topic) => {
  const healthy = await gate.enter('gw-02');
  const client = await gate.enter('gw-01');
  client.send(publishPacket(topic, '{}'));
  await client.closed;
  expect(client.heard).toEqual([]);
  await healthy.publish('gw/v1/gw-02/telemetry', '[]');
  expect(gate.words.filter((word) => word.startsWith('publish'))).toEqual(['publish gw/v1/gw-02/telemetry []']);
  healthy.cut();
});

test.each([
  ['ill-formed UTF-8', Buffer.concat([Buffer.from('gw/v1/gw-01/'), Buffer.from([0xc3, 0x28]), Buffer.from('/event')])],
  ['a NUL', 'gw/v1/gw-01/a\0/event'],
  ['no topic at all', ''],
])('a topic with %s closes the connection', async (_, topic) => {
  const client = await gate.enter('gw-01');
  client.send(publishPacket(topic, '{}'));
  await client.closed;
});

test('what is malformed below its own prefix is journaled as it is and acknowledged', async () => {
  const client = await gate.enter('gw-01');
  await client.publish('gw/v1/gw-01/no/such/thing', 'not json');
  await client.publish('gw/v1/gw-01/', '');
  expect(gate.words.slice(1)).toEqual(['publish gw/v1/gw-01/no/such/thing not json', 'publish gw/v1/gw-01/ ']);
  client.cut();
});

test('telemetry of agents counts as telemetry, everything else and all of a bridge’s as events', async () => {
  const client = await gate.enter('gw-01');
  await client.publish('gw/v1/gw-01/telemetry', '[]');
  await client.publish('gw/v1/gw-01/a/telemetry', '{}');
  await client.publish('gw/v1/gw-01/a/event', '{}');
  await client.publish('gw/v1/gw-01/state', '{}');
  const chirpstack = await RawMqtt.enter(gate.port, as('cs-01', 'x'));
  await chirpstack.publish('application/1/device/24e124/event/up', '{}');
  expect(gate.asked.flatMap(({ entries, telemetry }) => entries.map((entry) => `${entry.type} ${telemetry}`))).toEqual([
    'connect 0',
    'publish 1',
    'publish 1',
    'publish 0',
    'publish 0',
    'connect 0',
    'publish 0',
  ]);
  client.cut();
  chirpstack.cut();
});

test('retained messages are taken and nothing is kept of them', async () => {
  const client = await gate.enter('gw-01');
  client.send(publishPacket('gw/v1/gw-01/state', '{"online":true}', { retain: true, id: 3 }));
  expect((await client.nextOf(types.puback)).body.readUInt16BE(0)).toBe(3);
  expect(gate.words.at(-1)).toBe('publish gw/v1/gw-01/state {"online":true}');
  client.cut();
});

test.each(['gw/v1/gw-02/+/command', 'gw/v1/gw-01/#', '#', '$SYS/#', '$share/g/gw/v1/gw-01/flow', 'gw/v1/+/flow'])(
  'subscribing to %s is answered with 0x80 and closes the connection',
  async (filter) => {
    const client = await gate.enter('gw-01');
    expect(await client.subscribe([filter])).toEqual([0x80]);
    await client.closed;
    expect(gate.told).not.toContain('subscribed gw-01');
  },
);

test('one refused filter among good ones closes too, and says which', async () => {
  const client = await gate.enter('gw-01');
  expect(await client.subscribe(['gw/v1/gw-01/+/command', '#'])).toEqual([1, 0x80]);
  await client.closed;
});

test('filters without end are refused: a connection may hold a thousand', async () => {
  const client = await gate.enter('gw-01');
  for (let i = 0; i < 10; i++)
    expect(
      await client.subscribe(
        Array.from({ length: 100 }, (_, k) => `gw/v1/gw-01/d${i}-${k}/command`),
        1,
      ),
    ).toHaveLength(100);
  expect(await client.subscribe(['gw/v1/gw-01/one-more/command'])).toEqual([0x80]);
  await client.closed;
});

test('who subscribes to flow hears its present value after the SUBACK, and each change', async () => {
  const client = await gate.enter('gw-01');
  const deaf = await gate.enter('gw-02');
  client.send(subscribePacket(3, ['gw/v1/gw-01/flow']));
  expect((await client.next())?.type).toBe(types.suback);
  const first = heardPublish(await client.nextOf(types.publish));
  expect(first).toMatchObject({ topic: 'gw/v1/gw-01/flow', payload: '{"telemetry":true}', qos: 1 });
  client.send(ackPacket(types.puback, first.id as number));
  gate.answer({ flow: false });
  expect(heardPublish(await client.nextOf(types.publish)).payload).toBe('{"telemetry":false}');
  expect(gate.broker.stats().telemetry).toBe(false);
  const again = await gate.enter('gw-01');
  again.send(subscribePacket(4, ['gw/v1/gw-01/flow'], 0));
  expect(heardPublish(await again.nextOf(types.publish))).toMatchObject({ payload: '{"telemetry":false}', qos: 0 });
  gate.answer({ flow: true });
  expect(heardPublish(await again.nextOf(types.publish)).payload).toBe('{"telemetry":true}');
  expect(deaf.heard).toEqual([]);
  expect(gate.told).not.toContain('subscribed gw-01');
  again.cut();
  deaf.cut();
});

test('a command is sent to who subscribed, and is done when it is acknowledged', async () => {
  const topic = 'gw/v1/gw-01/cover-1/command';
  expect(await gate.broker.send('gw-01', topic, '{}')).toBe('away');
  const client = await gate.enter('gw-01');
  expect(await gate.broker.send('gw-01', topic, '{}')).toBe('unheard');
  await client.subscribe(['gw/v1/gw-01/+/command']);
  await expect.poll(() => gate.told).toEqual(['connected gw-01', 'subscribed gw-01']);
  const sent = gate.broker.send('gw-01', topic, '{"id":"1"}');
  const command = heardPublish(await client.nextOf(types.publish));
  expect(command).toMatchObject({ topic, payload: '{"id":"1"}', qos: 1 });
  let settled = false;
  void sent.then(() => {
    settled = true;
  });
  await gate.roundTrip();
  expect(settled).toBe(false);
  client.send(ackPacket(types.puback, command.id as number));
  expect(await sent).toBe('done');
  client.cut();
});

test('a command that is not acknowledged before the line is cut has failed, and is not sent again on return', async () => {
  const client = await gate.enter('gw-01', { clean: false });
  await client.subscribe(['gw/v1/gw-01/+/command']);
  const sent = gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', '{}');
  await client.nextOf(types.publish);
  client.cut();
  expect(await sent).toBe('failed');
  const back = await gate.enter('gw-01', { clean: false });
  await back.subscribe(['gw/v1/gw-01/+/command']);
  await back.publish('gw/v1/gw-01/a/event', 'x');
  expect(back.heard).toEqual([]);
  back.cut();
});

test('a thousand commands in flight have identifiers of their own', async () => {
  const client = await gate.enter('gw-01');
  await client.subscribe(['gw/v1/gw-01/+/command']);
  const sent = Array.from({ length: 1000 }, (_, i) => gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', `${i}`));
  const ids = new Map<number, string>();
  for (let i = 0; i < 1000; i++) {
    const command = heardPublish(await client.nextOf(types.publish));
    ids.set(command.id as number, command.payload);
  }
  expect(ids.size).toBe(1000);
  expect(await gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', 'one too many')).toBe('failed');
  client.send(...[...ids.keys()].map((id) => ackPacket(types.puback, id)));
  expect(new Set(await Promise.all(sent))).toEqual(new Set(['done']));
  client.cut();
});

test('a downlink goes to one connection of the bridge that subscribed to it', async () => {
  const topic = 'application/1/device/24e124/command/down';
  const one = await RawMqtt.enter(gate.port, as('cs-01', 'a'));
  const two = await RawMqtt.enter(gate.port, as('cs-01', 'b'));
  expect(await gate.broker.sendDownlink('cs-01', topic, '{}')).toBe('unheard');
  await one.subscribe(['application/+/device/+/command/+']);
  const sent = gate.broker.sendDownlink('cs-01', topic, '{}');
  const down = heardPublish(await one.nextOf(types.publish));
  one.send(ackPacket(types.puback, down.id as number));
  expect(await sent).toBe('done');
  expect(two.heard).toEqual([]);
  one.cut();
  two.cut();
});

test('who unsubscribes hears no more', async () => {
  const client = await gate.enter('gw-01');
  await client.subscribe(['gw/v1/gw-01/+/command']);
  const filter = Buffer.from('gw/v1/gw-01/+/command');
  client.send(packet(types.unsubscribe, 2, Buffer.concat([Buffer.from([0, 9, 0, filter.length]), filter])));
  await client.nextOf(types.unsuback);
  await expect.poll(() => gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', '{}')).toBe('unheard');
  client.cut();
});

test('nothing that is published reaches anybody else, and a client that reads nothing holds up nobody', async () => {
  const stuck = await gate.enter('gw-01');
  await stuck.subscribe(['gw/v1/gw-01/+/command']);
  stuck.socket.pause();
  for (let i = 0; i < 900; i++) void gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', 'x'.repeat(10_000));
  const other = await gate.enter('gw-02');
  for (let i = 1; i <= 100; i++) await other.publish('gw/v1/gw-02/telemetry', '[]', i);
  expect(other.heard).toEqual([]);
  stuck.cut();
  other.cut();
});

test('a subscriber that never reads is ended when a mebibyte lies for it, and counted; at QoS 0 too, where nothing is waited for', async () => {
  const stuck = await gate.enter('gw-01');
  await stuck.subscribe(['gw/v1/gw-01/+/command'], 0);
  stuck.socket.pause();
  const other = await gate.enter('gw-02');
  const how = new Set<string>();
  for (let i = 0; i < 5000; i++) how.add(await gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', 'x'.repeat(10_000)));
  expect([...how][0]).toBe('done');
  await expect.poll(() => gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', '{}')).toBe('away');
  expect(gate.broker.stats().more).toMatchObject({ unread: 1 });
  await expect.poll(() => gate.broker.stats().connections).toBe(1);
  await other.publish('gw/v1/gw-02/telemetry', '[]', 1);
  stuck.cut();
  other.cut();
});
