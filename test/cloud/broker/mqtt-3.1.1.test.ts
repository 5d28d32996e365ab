/**
 * MQTT 3.1.1 over raw bytes, line by line: what is supported, and what Aedes or the gate refuses. The README's table has these lines, word for word
 * (test/house/mqtt.test.ts); who should get in and say what is in the files beside this one.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { agent, as, bridge, HeldGate } from '../../kit/held-gate.ts';
import { ackPacket, connectPacket, disconnectPacket, heardPublish, type Packet, packet, pingPacket, publishPacket, RawMqtt, subscribePacket, types } from '../../kit/mqtt-raw.ts';

let gate: HeldGate;
const clients: RawMqtt[] = [];
const connectMs = 300;
beforeAll(async () => {
  gate = await new HeldGate([agent('gw-01'), bridge('cs-01')], { connectMs }).start();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.cut();
});
afterAll(() => gate.stop());

const line = (what: string, here: string, run: () => Promise<void>) => test(`${what}: ${here}`, run);

const word = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const text = (value: string | Buffer) => Buffer.concat([word(Buffer.from(value as string).length), Buffer.from(value as string)]);
const illFormed = Buffer.from([0xc3, 0x28]);
const event = 'gw/v1/gw-01/cover-1/event';
const commands = 'gw/v1/gw-01/+/command';

async function opened(...bytes: Buffer[]): Promise<RawMqtt> {
  const client = await RawMqtt.open(gate.port);
  clients.push(client);
  if (bytes.length > 0) client.send(...bytes);
  return client;
}
async function entered(id = 'gw-01', more: object = {}): Promise<RawMqtt> {
  const client = await gate.enter(id, more);
  clients.push(client);
  return client;
}
/** A CONNECT with these flags and these parts behind them. */
const connectOf = (flags: number, ...parts: (string | Buffer)[]) => packet(types.connect, 0, Buffer.concat([text('MQTT'), Buffer.from([4, flags, 0, 0]), ...parts.map(text)]));
const introduction = ['gw-01', 'gw-01', 'token of gw-01'];

/** All that is heard until the other side closes. */
async function untilClosed(client: RawMqtt): Promise<Packet[]> {
  const heard: Packet[] = [];
  for (let one = await client.next(); one !== null; one = await client.next()) heard.push(one);
  return heard;
}
async function closes(client: RawMqtt, ...answers: string[]): Promise<void> {
  expect((await untilClosed(client)).map(({ type, body }) => `${type} ${body.toString('hex')}`)).toEqual(answers);
}
/** Sent by an agent that is in: closed without an answer. */
async function closesOver(...bytes: Buffer[]): Promise<void> {
  const client = await entered();
  client.send(...bytes);
  await closes(client);
}
/** Sent by an agent that is in, with a ping behind it: what is heard up to its answer. */
async function answered(...bytes: Buffer[]): Promise<string[]> {
  const client = await entered();
  client.send(...bytes, pingPacket);
  const heard: string[] = [];
  for (;;) {
    const one = (await client.next()) as Packet;
    if (one.type === types.pingresp) return heard;
    heard.push(`${one.type} ${one.body.toString('hex')}`);
  }
}
const connack = (code: number) => `${types.connack} 000${code}`;
const published = () => gate.words.filter((word) => word.startsWith('publish'));

// ——— CONNECT ———

line('protocol level 4', 'taken', async () => {
  const client = await opened(connectOf(0xc2, ...introduction));
  expect((await client.nextOf(types.connack)).body).toEqual(Buffer.from([0, 0]));
});

line('protocol levels 3 and 5', 'CONNACK 1, closed', async () => {
  for (const protocol of [
    { name: 'MQIsdp', level: 3 },
    { name: 'MQTT', level: 3 },
    { name: 'MQTT', level: 5 },
  ])
    await closes(await opened(connectPacket({ ...as('gw-01'), protocol })), connack(1));
});

line('another protocol level or name', 'closed', async () => {
  for (const protocol of [
    { name: 'MQTT', level: 9 },
    { name: 'HTTP', level: 4 },
  ])
    await closes(await opened(connectPacket({ ...as('gw-01'), protocol })));
});

line('no CONNECT within 5 s', 'closed', async () => {
  const began = performance.now();
  await closes(await opened(connectPacket(as('gw-01')).subarray(0, 10)));
  // The test's gate waits less.
  expect(performance.now() - began).toBeGreaterThan(connectMs - 20);
});

line('another first packet; a second CONNECT', 'closed', async () => {
  await closes(await opened(pingPacket));
  await closes(await opened(publishPacket(event, 'x')));
  await closesOver(connectPacket(as('gw-01')));
});

line('packets behind CONNECT, before CONNACK', 'taken, in order', async () => {
  const client = await opened(connectPacket(as('gw-01')), publishPacket(event, 'a', { id: 1 }), publishPacket(event, 'b', { id: 2 }));
  expect([(await client.nextOf(types.puback)).body, (await client.nextOf(types.puback)).body]).toEqual([word(1), word(2)]);
});

line('a reserved flag, a Will of QoS 3, Will flags without a Will', 'closed', async () => {
  await closes(await opened(connectOf(0xc3, ...introduction)));
  await closes(await opened(connectOf(0xde, 'gw-01', 'gw/v1/gw-01/state', '{}', 'gw-01', 'token of gw-01')));
  await closes(await opened(connectOf(0xca, ...introduction)));
  await closes(await opened(connectOf(0xe2, ...introduction)));
});

line('a wrong token, or none', 'CONNACK 4, closed', async () => {
  await closes(await opened(connectPacket({ ...as('gw-01'), password: 'wrong' })), connack(4));
  await closes(await opened(connectOf(2, 'gw-01')), connack(4));
  await closes(await opened(connectOf(0x42, 'gw-01', 'token of gw-01')), connack(4));
});

line('an empty client id', 'a bridge’s connections get a name each; with clean session 0, and for agents, CONNACK 2', async () => {
  const two = [await opened(connectPacket(as('cs-01', ''))), await opened(connectPacket(as('cs-01', '')))];
  for (const client of two) expect((await client.nextOf(types.connack)).body[1]).toBe(0);
  for (const client of two) await client.publish('application/1/device/24e124/event/up', '{}');
  await closes(await opened(connectPacket({ ...as('cs-01', ''), clean: false })), connack(2));
  await closes(await opened(connectPacket(as('gw-01', ''))), connack(2));
});

line('a client id of 10,000 bytes', 'taken from a bridge; a CONNECT of more than 16 KiB is closed', async () => {
  const client = await opened(connectPacket(as('cs-01', 'x'.repeat(10_000))));
  expect((await client.nextOf(types.connack)).body[1]).toBe(0);
  await closes(await opened(connectPacket(as('cs-01', 'x'.repeat(16_384)))));
});

line('NUL or ill-formed UTF-8 in a client id', 'CONNACK 2, closed', async () => {
  for (const id of ['a\0b', illFormed]) await closes(await opened(connectOf(0xc2, id, 'cs-01', 'token of cs-01')), connack(2));
});

line('clean session 0', 'taken; the session is clean all the same, session present is 0', async () => {
  for (let i = 0; i < 2; i++) {
    const client = await opened(connectPacket({ ...as('gw-01'), clean: false }));
    expect((await client.nextOf(types.connack)).body).toEqual(Buffer.from([0, 0]));
    if (i === 0) await client.subscribe([commands]);
    else expect(await gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', '{}')).toBe('unheard');
    client.cut();
    await client.closed;
  }
});

line('a Will, retained or not', 'written down when the line is cut, not after DISCONNECT; outside its rights CONNACK 5', async () => {
  const will = { topic: 'gw/v1/gw-01/state', payload: 'gone', retain: true, qos: 2 };
  const before = published().length;
  const leaving = await entered('gw-01', { will });
  await leaving.leave();
  (await entered('gw-01', { will })).cut();
  await expect.poll(() => published().slice(before)).toEqual(['publish gw/v1/gw-01/state gone']);
  await closes(await opened(connectPacket({ ...as('gw-01'), will: { topic: 'gw/v1/gw-02/state', payload: '' } })), connack(5));
});

line('a second connection under one client id', 'ends the first', async () => {
  const first = await entered();
  const second = await entered();
  await closes(first);
  await second.publish(event, 'x');
});

line('keep-alive', 'closed when 1.5 times of it pass without a packet; PINGREQ is answered; 0 is for ever', async () => {
  const forEver = await entered('gw-01', { keepalive: 0 });
  const talking = await entered('cs-01', { keepalive: 1 });
  const pings = setInterval(() => talking.send(pingPacket), 400);
  const silent = await opened(connectPacket({ ...as('cs-01', 'silent'), keepalive: 1 }));
  await silent.nextOf(types.connack);
  const began = performance.now();
  await silent.closed;
  expect(performance.now() - began).toBeGreaterThan(1450);
  clearInterval(pings);
  for (const client of [talking, forEver]) {
    client.send(pingPacket);
    await client.nextOf(types.pingresp);
  }
});

// ——— PUBLISH ———

line('QoS 0', 'written down, nothing is answered', async () => {
  expect(await answered(publishPacket(event, 'zero', { qos: 0 }))).toEqual([]);
  await expect.poll(() => published().at(-1)).toBe(`publish ${event} zero`);
});

line('QoS 1', 'PUBACK when it is on disk', async () => {
  gate.answering = false;
  const client = await RawMqtt.open(gate.port);
  clients.push(client);
  client.send(connectPacket(as('gw-01')), publishPacket(event, 'one', { id: 65_535 }));
  await expect.poll(() => gate.words.at(-1)).toBe('connect gw-01');
  gate.answering = true;
  gate.answer({ ids: [gate.asked.at(-1)?.id as number], used: [] });
  expect((await client.nextOf(types.puback)).body).toEqual(word(65_535));
  expect(published().at(-1)).toBe(`publish ${event} one`);
});

line('QoS 2', 'PUBREC when it is on disk; said again before PUBREL it is taken once; PUBCOMP', async () => {
  const before = published().length;
  const client = await entered();
  const two = publishPacket(event, 'two', { id: 5, qos: 2 });
  client.send(two);
  expect((await client.nextOf(types.pubrec)).body).toEqual(word(5));
  client.send(publishPacket(event, 'two', { id: 5, qos: 2, dup: true }));
  expect((await client.nextOf(types.pubrec)).body).toEqual(word(5));
  client.send(ackPacket(types.pubrel, 5));
  expect((await client.nextOf(types.pubcomp)).body).toEqual(word(5));
  client.send(two);
  expect((await client.nextOf(types.pubrec)).body).toEqual(word(5));
  expect(published().slice(before)).toHaveLength(2);
});

line('QoS 3; an identifier of 0, or none', 'closed', async () => {
  await closesOver(packet(types.publish, 6, Buffer.concat([text(event), word(1)])));
  await closesOver(publishPacket(event, 'x', { id: 0 }));
  await closesOver(publishPacket(event, 'x', { id: 0, qos: 2 }));
  // The parser would take the identifier from the ping behind it.
  await closesOver(packet(types.publish, 2, text(event)), pingPacket);
});

line('DUP', 'taken as a message like any other, at QoS 0 too', async () => {
  const before = published().length;
  const client = await entered();
  client.send(publishPacket(event, 'x', { dup: true, qos: 0 }), publishPacket(event, 'x', { dup: true, id: 4 }));
  expect((await client.nextOf(types.puback)).body).toEqual(word(4));
  expect(published().slice(before)).toHaveLength(2);
});

line('retain', 'taken; nothing is kept or sent to who subscribes later', async () => {
  const client = await entered();
  client.send(publishPacket('gw/v1/gw-01/state', '{"online":true}', { retain: true, id: 3 }));
  await client.nextOf(types.puback);
  expect(await answered(subscribePacket(7, [commands]))).toEqual([`${types.suback} 000701`]);
});

line('a topic outside its rights, of another agent, of $SYS', 'closed, without PUBACK', async () => {
  for (const topic of ['elsewhere', 'gw/v1/gw-02/telemetry', 'gw/v1/gw-01/flow', 'gw/v1/gw-01/a/command', '$SYS/broker/uptime']) await closesOver(publishPacket(topic, '{}'));
});

line('an empty topic; a wildcard, NUL or ill-formed UTF-8 in it', 'closed, without PUBACK', async () => {
  const own = (part: Buffer) => Buffer.concat([Buffer.from('gw/v1/gw-01/'), part, Buffer.from('/event')]);
  const surrogate = Buffer.from([0xed, 0xa0, 0x80]);
  for (const topic of ['', own(Buffer.from('+')), own(Buffer.from('a#')), own(Buffer.from('\0')), own(illFormed), own(surrogate)]) await closesOver(publishPacket(topic, '{}'));
});

line('a topic of 65,535 bytes', 'taken; one of more than 100 levels is closed', async () => {
  const client = await entered();
  await client.publish(`gw/v1/gw-01/${'x'.repeat(65_535 - 12)}`, '{}');
  await client.publish(`gw/v1/gw-01/${'a/'.repeat(96)}b`, '{}', 2);
  await closesOver(publishPacket(`gw/v1/gw-01/${'a/'.repeat(97)}b`, '{}'));
});

line('a payload of nothing, and of any bytes', 'taken', async () => {
  const client = await entered();
  await client.publish(event, '');
  client.send(publishPacket(event, Buffer.from([0, 255, 254, 0]), { id: 2 }));
  expect((await client.nextOf(types.puback)).body).toEqual(word(2));
});

line('a packet of 256 KiB', 'taken; a larger one is closed as soon as its header says so', async () => {
  const client = await entered();
  await client.publish(event, 'x'.repeat(262_144 - event.length - 4));
  await closesOver(packet(types.publish, 2, Buffer.alloc(0), 262_145));
});

// ——— SUBSCRIBE ———

line('its own command and flow topics, a bridge’s downlinks, at QoS 0 to 2', 'granted as asked', async () => {
  const client = await entered();
  for (const qos of [0, 1, 2]) expect(await client.subscribe([commands, 'gw/v1/gw-01/flow'], qos)).toEqual([qos, qos]);
  const other = await entered('cs-01');
  expect(await other.subscribe(['application/+/device/+/command/+'])).toEqual([1]);
});

line('filters that overlap', 'each message once, at the higher QoS, at most 1', async () => {
  const client = await entered();
  await client.subscribe([commands], 0);
  await client.subscribe(['gw/v1/gw-01/a/command'], 2);
  void gate.broker.send('gw-01', 'gw/v1/gw-01/a/command', 'once');
  expect(heardPublish(await client.nextOf(types.publish))).toMatchObject({ payload: 'once', qos: 1 });
  client.send(pingPacket);
  expect((await client.next())?.type).toBe(types.pingresp);
});

line('a filter outside its rights, of $SYS, or #', '0x80 for that one, then closed', async () => {
  for (const filter of ['gw/v1/gw-02/flow', 'gw/v1/+/flow', '$SYS/#', '#', 'gw/v1/gw-01/#']) {
    const client = await entered();
    client.send(subscribePacket(9, ['gw/v1/gw-01/a/command', filter]));
    await closes(client, `${types.suback} 00090180`);
  }
});

line('$share', '0x80, then closed', async () => {
  const client = await entered();
  client.send(subscribePacket(9, ['$share/group/gw/v1/gw-01/flow']));
  await closes(client, `${types.suback} 000980`);
});

line('NUL or ill-formed UTF-8 in a filter', '0x80, then closed', async () => {
  for (const part of [Buffer.from('\0'), illFormed]) {
    const client = await entered();
    client.send(packet(types.subscribe, 2, Buffer.concat([word(9), text(Buffer.concat([Buffer.from('gw/v1/gw-01/'), part, Buffer.from('/command')])), Buffer.from([1])])));
    await closes(client, `${types.suback} 000980`);
  }
});

line('an empty filter; a wildcard that is not a level of its own, or # before the end', 'closed', async () => {
  for (const filter of ['', 'gw/v1/gw-01/a+/command', 'gw/v1/gw-01/+a/command', 'gw/v1/gw-01/a#', 'gw/v1/gw-01/#/command']) await closesOver(subscribePacket(9, [filter]));
});

line('no filter at all; QoS 3; an identifier of 0', 'closed', async () => {
  await closesOver(packet(types.subscribe, 2, word(9)));
  await closesOver(subscribePacket(9, [commands], 3));
  await closesOver(subscribePacket(0, [commands]));
});

line('the same filter twice in one SUBSCRIBE', 'answered once', async () => {
  expect(await answered(subscribePacket(9, ['gw/v1/gw-01/a/command', 'gw/v1/gw-01/a/command']))).toEqual([`${types.suback} 000901`]);
});

line('more than 1000 filters', '0x80, then closed', async () => {
  const client = await entered();
  const filters = Array.from({ length: 1000 }, (_, i) => `gw/v1/gw-01/d${i}/command`);
  expect(await client.subscribe(filters)).toHaveLength(1000);
  expect(await client.subscribe(['gw/v1/gw-01/one-more/command'])).toEqual([0x80]);
  await client.closed;
});

line('UNSUBSCRIBE', 'UNSUBACK, also for what was not subscribed to; without a filter, or with an identifier of 0, closed', async () => {
  expect(await answered(packet(types.unsubscribe, 2, Buffer.concat([word(9), text('gw/v1/gw-01/flow')])))).toEqual([`${types.unsuback} 0009`]);
  await closesOver(packet(types.unsubscribe, 2, word(9)));
  await closesOver(packet(types.unsubscribe, 2, Buffer.concat([word(0), text('gw/v1/gw-01/flow')])));
});

// ——— every packet ———

line('reserved bits of the fixed header', 'closed', async () => {
  await closesOver(packet(types.puback, 2, word(1)));
  await closesOver(packet(types.pubrel, 0, word(1)));
  await closesOver(packet(types.subscribe, 0, subscribePacket(9, [commands]).subarray(2)));
  await closesOver(packet(types.unsubscribe, 0, Buffer.concat([word(9), text('x')])));
  await closesOver(packet(types.pingreq, 1, Buffer.alloc(0)));
  await closesOver(packet(types.disconnect, 1, Buffer.alloc(0)));
  await closes(await opened(Buffer.concat([Buffer.from([0x11]), connectPacket(as('gw-01')).subarray(1)])));
});

line('a remaining length of five bytes; parts that end before or after the packet', 'closed', async () => {
  await closes(await opened(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1])));
  await closes(await opened(packet(types.connect, 0, Buffer.concat([connectOf(0xc2, ...introduction).subarray(2), Buffer.from('more')]))));
  await closes(await opened(connectOf(0xc2, 'gw-01', 'gw-01')));
  await closesOver(packet(types.publish, 2, Buffer.concat([word(500), Buffer.from('x')])));
  await closesOver(packet(types.puback, 0, Buffer.from([1])), pingPacket);
  await closesOver(packet(types.puback, 0, Buffer.from([0, 1, 2])));
  await closesOver(packet(types.pingreq, 0, Buffer.from('x')));
});

line('packets that only a server sends, and those of types 0 and 15', 'closed', async () => {
  for (const type of [0, types.connack, types.suback, types.unsuback, types.pingresp, 15]) await closesOver(packet(type, 0, Buffer.from([0, 0])));
});

line('PUBACK, PUBREC or PUBCOMP of what was never sent', 'passed over; PUBREC is answered with PUBREL', async () => {
  expect(await answered(ackPacket(types.puback, 77), ackPacket(types.pubcomp, 77))).toEqual([]);
  expect(await answered(ackPacket(types.pubrec, 77))).toEqual([`${types.pubrel} 004d`]);
});

line('PUBREL of what was never sent', 'PUBCOMP', async () => {
  const client = await entered();
  client.send(ackPacket(types.pubrel, 77));
  expect((await client.next())?.type).toBe(types.pubcomp);
});

line('DISCONNECT', 'closed; what follows it is not taken', async () => {
  const before = published().length;
  await closesOver(disconnectPacket, publishPacket(event, 'after', { qos: 0 }));
  await expect.poll(() => gate.words.at(-1)).toBe('disconnect gw-01 clean');
  expect(published()).toHaveLength(before);
});
