/** Who gets in, how, and how a connection begins and ends (MQTT 3.1.1, 3.1, 3.2, 3.14, 4.8; contract, "MQTT"). */
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { TestClock } from '../../kit/clock.ts';
import { agent, as, bridge, HeldGate } from '../../kit/held-gate.ts';
import { type Connect, connectPacket, disconnectPacket, packet, pingPacket, publishPacket, RawMqtt, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
afterEach(() => gate.stop());
const start = async (options = {}) => {
  gate = await new HeldGate([agent('gw-01'), agent('gw-02'), bridge('cs-01')], options).start();
};
/** The CONNACK code, or `closed`. */
async function connack(options: Connect): Promise<number | 'closed'> {
  const client = await RawMqtt.open(gate.port);
  client.send(connectPacket(options));
  const answer = await client.next();
  if (answer?.body[1] !== 0) await client.closed;
  else await client.leave();
  return answer?.body[1] ?? 'closed';
}

test.each<[string, Connect, number | 'closed']>([
  ['an agent with its token', as('gw-01'), 0],
  ['an agent with a wrong token', { ...as('gw-01'), password: 'token of gw-02' }, 4],
  ['an unknown id', as('gw-99'), 4],
  ['an id that is none', as('gw 01'), 4],
  ['nobody', { clientId: 'gw-01' }, 4],
  ['a user name without a token', { clientId: 'gw-01', username: 'gw-01' }, 4],
  ['an empty token', { ...as('gw-01'), password: '' }, 4],
  ['an inherited name', as('__proto__'), 4],
  ['an agent under another client id', as('gw-01', 'gw-02'), 2],
  ['an agent with an empty client id', as('gw-01', ''), 2],
  ['a bridge under any client id', as('cs-01', 'whatever it likes'), 0],
  ['a bridge with an agent’s id as its client id', as('cs-01', 'gw-01'), 0],
  ['a bridge with an empty client id', as('cs-01', ''), 0],
  ['a bridge with an empty client id that wants its session kept', { ...as('cs-01', ''), clean: false }, 2],
  ['a Will on its own state topic', { ...as('gw-01'), will: { topic: 'gw/v1/gw-01/state', payload: '{}' } }, 0],
  ['a Will on another’s', { ...as('gw-01'), will: { topic: 'gw/v1/gw-02/state', payload: '{}' } }, 5],
  ['a Will on a wildcard', { ...as('gw-01'), will: { topic: 'gw/v1/gw-01/#', payload: '{}' } }, 5],
  ['MQTT 3.1', { ...as('gw-01'), protocol: { name: 'MQIsdp', level: 3 } }, 1],
  ['MQTT 5', { ...as('gw-01'), protocol: { name: 'MQTT', level: 5 } }, 1],
  ['an unheard-of level', { ...as('gw-01'), protocol: { name: 'MQTT', level: 9 } }, 'closed'],
  ['another protocol', { ...as('gw-01'), protocol: { name: 'HTTP', level: 4 } }, 'closed'],
])('%s: CONNACK %j is answered with %s', async (_, options, code) => {
  await start();
  expect(await connack(options)).toBe(code);
});

test('every session is clean, also one that was asked to be kept', async () => {
  await start();
  for (let i = 0; i < 2; i++) {
    const client = await RawMqtt.open(gate.port);
    client.send(connectPacket({ ...as('gw-01'), clean: false }));
    expect((await client.nextOf(types.connack)).body).toEqual(Buffer.from([0, 0]));
    await client.subscribe(['gw/v1/gw-01/+/command']);
    await client.leave();
  }
  await expect.poll(() => gate.told.at(-1)).toBe('disconnected gw-01 clean');
  expect(await gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', '{}')).toBe('away');
});

test('nobody is let in before the journal has the connect, nor when it refuses', async () => {
  await start();
  gate.answering = false;
  const client = await RawMqtt.open(gate.port);
  client.send(connectPacket(as('gw-01')));
  await expect.poll(() => gate.words).toEqual(['connect gw-01']);
  await gate.roundTrip();
  expect(client.heard).toEqual([]);
  gate.answer({ ids: [gate.asked[0]?.id as number], used: [], refused: { share: 'all', code: 'journal-disk', message: 'full' } });
  expect((await client.nextOf(types.connack)).body[1]).toBe(3);
  await client.closed;
  gate.answering = true;
  expect(await connack(as('gw-01'))).toBe(0);
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'connect gw-01', 'disconnect gw-01 clean']);
});

test('packets sent with CONNECT in one piece, before CONNACK, are all taken, in order', async () => {
  await start();
  const client = await RawMqtt.open(gate.port);
  client.send(connectPacket(as('gw-01')), ...Array.from({ length: 200 }, (_, i) => publishPacket('gw/v1/gw-01/a/event', `${i}`, { id: i + 1 })));
  await client.nextOf(types.connack);
  for (let i = 0; i < 200; i++) expect((await client.nextOf(types.puback)).body.readUInt16BE(0)).toBe(i + 1);
  expect(gate.words).toEqual(['connect gw-01', ...Array.from({ length: 200 }, (_, i) => `publish gw/v1/gw-01/a/event ${i}`)]);
  client.cut();
});

test('a connection that does not CONNECT in time is closed, also one that trickles', async () => {
  await start({ connectMs: 150 });
  const silent = await RawMqtt.open(gate.port);
  const trickling = await RawMqtt.open(gate.port);
  trickling.send(connectPacket(as('gw-01')).subarray(0, 10));
  await Promise.all([silent.closed, trickling.closed]);
  await expect.poll(() => gate.broker.stats().connections).toBe(0);
});

test('anything but CONNECT as the first packet closes the connection before it is buffered', async () => {
  await start();
  for (const first of [pingPacket, publishPacket('gw/v1/gw-01/telemetry', '{}').subarray(0, 3), packet(types.publish, 2, Buffer.alloc(0), 200_000)]) {
    const client = await RawMqtt.open(gate.port);
    client.send(first);
    await client.closed;
    expect(client.heard).toEqual([]);
  }
});

test('a second CONNECT on one connection closes it', async () => {
  await start();
  const client = await gate.enter('gw-01');
  client.send(connectPacket(as('gw-01')));
  await client.closed;
});

test('a packet over the limit closes its connection as soon as its header says so; one at the limit is taken', async () => {
  await start({ maxPacketBytes: 10_000 });
  const topic = 'gw/v1/gw-01/telemetry';
  const client = await gate.enter('gw-01');
  await client.publish(topic, 'x'.repeat(10_000 - topic.length - 4));
  client.send(packet(types.publish, 2, Buffer.alloc(0), 10_001));
  await client.closed;
  const trickling = await gate.enter('gw-01');
  for (const byte of packet(types.publish, 2, Buffer.alloc(0), 268_435_455)) trickling.send(Buffer.from([byte]));
  await trickling.closed;
});

test('who has not introduced itself may send 16 KiB, no more', async () => {
  await start();
  const client = await RawMqtt.open(gate.port);
  client.send(packet(types.connect, 0, Buffer.alloc(0), 16_385));
  await client.closed;
});

test('what follows a DISCONNECT in one piece is not taken', async () => {
  await start();
  const client = await gate.enter('gw-01');
  client.send(publishPacket('gw/v1/gw-01/a/event', 'before', { qos: 0 }), disconnectPacket, publishPacket('gw/v1/gw-01/a/event', 'after', { qos: 0 }));
  await client.closed;
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'publish gw/v1/gw-01/a/event before', 'disconnect gw-01 clean']);
});

test('the Will is journaled before the disconnect when the line is cut, and not after a DISCONNECT', async () => {
  await start();
  const will = { topic: 'gw/v1/gw-01/state', payload: '{"online":false}', retain: true, qos: 1 };
  (await gate.enter('gw-01', { will })).cut();
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'publish gw/v1/gw-01/state {"online":false}', 'disconnect gw-01 cut']);
  gate.asked.length = 0;
  await (await gate.enter('gw-01', { will })).leave();
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'disconnect gw-01 clean']);
  expect(gate.told).toEqual(['connected gw-01', 'disconnected gw-01 cut', 'connected gw-01', 'disconnected gw-01 clean']);
  expect(gate.broker.stats()).toMatchObject({ in: 1, accepted: 1 });
});

test('the keep-alive that passes without a packet ends the connection as cut', async () => {
  await start();
  const client = await gate.enter('gw-01', { keepalive: 1 });
  await client.closed;
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'disconnect gw-01 cut']);
});

test('a second connection of one agent ends the first, in order, and the agent is never marked as away', async () => {
  await start();
  const first = await gate.enter('gw-01', { will: { topic: 'gw/v1/gw-01/state', payload: 'gone' } });
  await first.publish('gw/v1/gw-01/a/event', 'one');
  const second = await gate.enter('gw-01');
  await first.closed;
  await second.publish('gw/v1/gw-01/a/event', 'two');
  expect(gate.words).toEqual(['connect gw-01', 'publish gw/v1/gw-01/a/event one', 'publish gw/v1/gw-01/state gone', 'connect gw-01', 'publish gw/v1/gw-01/a/event two']);
  expect([...gate.broker.stats().online.keys()]).toEqual(['gw-01']);
  expect(gate.told.filter((word) => word.startsWith('disconnected'))).toEqual([]);
  await second.leave();
  await expect.poll(() => gate.words.at(-1)).toBe('disconnect gw-01 clean');
  expect(gate.broker.stats().online.size).toBe(0);
});

test('twenty connections of one identity fighting leave one, and connects that end with a connect', async () => {
  await start();
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawMqtt.open(gate.port)));
  for (const client of clients) client.send(connectPacket(as('gw-01')));
  await expect.poll(() => gate.words.length).toBe(20);
  await expect.poll(() => gate.broker.stats().connections).toBe(1);
  expect(gate.words).toEqual(Array.from({ length: 20 }, () => 'connect gw-01'));
  for (const client of clients) client.cut();
  await expect.poll(() => gate.words.filter((word) => word.startsWith('disconnect'))).toEqual(['disconnect gw-01 cut']);
});

test('who takes the place of whom is counted for ten minutes, and said as a fight from the third time on', async () => {
  const clock = new TestClock();
  const said: string[] = [];
  await start({ clock, log: pino({ level: 'info' }, { write: (line) => void said.push(JSON.parse(line).msg) }) });
  const fights = () => said.filter((line) => line.includes('two use this agent’s token')).length;
  const standing = () => [gate.broker.stats().online.get('gw-01')?.takeovers, gate.broker.stats().more?.contested];
  await gate.enter('gw-01');
  for (let times = 1; times <= 5; times++) {
    clock.advance(60_000);
    await gate.enter('gw-01');
    expect(standing()).toEqual([times, times >= 3 ? 1 : 0]);
    expect(fights()).toBe(times >= 3 ? 1 : 0);
  }
  clock.advance(8 * 60_000);
  expect(standing()).toEqual([3, 1]);
  clock.advance(10 * 60_000);
  expect(standing()).toEqual([0, 0]);
});

test('a bridge holds several connections; it is away, cleanly, when the last has ended', async () => {
  await start();
  const one = await RawMqtt.enter(gate.port, as('cs-01', 'a'));
  const two = await RawMqtt.enter(gate.port, as('cs-01', 'b'));
  one.cut();
  await expect.poll(() => gate.broker.stats().connections).toBe(1);
  two.cut();
  await expect.poll(() => gate.words).toEqual(['connect cs-01', 'connect cs-01', 'disconnect cs-01 clean']);
});

test('connections of a bridge that give no client id are each their own', async () => {
  await start();
  const links = [await RawMqtt.enter(gate.port, as('cs-01', '')), await RawMqtt.enter(gate.port, as('cs-01', ''))];
  for (const link of links) await link.publish('application/1/device/24e124/event/up', '{}');
  expect(gate.broker.stats().connections).toBe(2);
  for (const link of links) link.cut();
});

test('a bridge cannot throw an agent out by taking its client id, but takes over its own', async () => {
  await start();
  const client = await gate.enter('gw-01');
  const one = await RawMqtt.enter(gate.port, as('cs-01', 'gw-01'));
  await client.publish('gw/v1/gw-01/a/event', 'still here');
  await RawMqtt.enter(gate.port, as('cs-01', 'gw-01'));
  await one.closed;
  await client.publish('gw/v1/gw-01/a/event', 'still here', 2);
  client.cut();
});

test('a disconnect that the disk refused is told later, unless the agent is back by then', async () => {
  await start();
  const client = await gate.enter('gw-01');
  gate.answering = false;
  await client.leave();
  await expect.poll(() => gate.words).toEqual(['connect gw-01', 'disconnect gw-01 clean']);
  gate.answer({ ids: [gate.asked.at(-1)?.id as number], used: [], refused: { share: 'all', code: 'journal-disk', message: 'full' } });
  await expect.poll(() => gate.asked.length, { timeout: 5000 }).toBe(3);
  expect(gate.words.at(-1)).toBe('disconnect gw-01 clean');
  gate.answer({ ids: [gate.asked.at(-1)?.id as number], used: [], refused: { share: 'all', code: 'journal-disk', message: 'full' } });
  gate.answering = true;
  const back = await gate.enter('gw-01');
  expect(gate.words.at(-1)).toBe('connect gw-01');
  await back.publish('gw/v1/gw-01/a/event', 'x');
  expect(gate.words.filter((word) => word.startsWith('disconnect'))).toHaveLength(2);
  back.cut();
});

test('a credential that is removed, or gets a new token, cuts its connection at once', async () => {
  await start();
  const first = await gate.enter('gw-01');
  gate.broker.putCredential(agent('gw-01'));
  await first.publish('gw/v1/gw-01/a/event', 'the same token again changes nothing');
  gate.broker.putCredential({ ...agent('gw-01'), tokenHash: agent('other').tokenHash });
  await first.closed;
  expect(await connack(as('gw-01'))).toBe(4);
  expect(await connack({ ...as('gw-01'), password: 'token of other' })).toBe(0);
  const second = await gate.enter('gw-02');
  gate.broker.removeCredential('gw-02');
  await second.closed;
  expect(await connack(as('gw-02'))).toBe(4);
});

test('a stop takes no more, waits for the journal, sends its last PUBACKs, and closes', async () => {
  await start();
  const client = await gate.enter('gw-01');
  gate.answering = false;
  client.send(publishPacket('gw/v1/gw-01/a/event', 'last', { id: 9 }));
  await expect.poll(() => gate.asked.length).toBe(2);
  const stopped = gate.broker.stop();
  await expect(RawMqtt.open(gate.port)).rejects.toThrow();
  expect(client.heard).toEqual([]);
  gate.answer({ ids: [gate.asked.at(-1)?.id as number], used: [] });
  expect((await client.nextOf(types.puback)).body.readUInt16BE(0)).toBe(9);
  await client.closed;
  await stopped;
  await gate.broker.stop();
  expect(gate.words).toEqual(['connect gw-01', 'publish gw/v1/gw-01/a/event last']);
});
