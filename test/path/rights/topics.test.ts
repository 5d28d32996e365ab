import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects } from '../../../cloud/ingest/ingest.ts';
import * as topics from '../../../devices/wire/topics.ts';
import { chirpstackUplink } from '../../../simulators/speakers/chirpstack.ts';
import { connectPacket, publishPacket, RawMqtt, subscribePacket, types } from '../../kit/mqtt-raw.ts';
import { until } from '../../kit/product.ts';
import { addressOf, Campuses } from './campuses.ts';
import { mqtt, rowsOf } from './table.ts';

const rows = rowsOf(mqtt);

/** Who connects as what, column by column; `device` is whose the topic speaks of. */
const itself = { name: 'itself', id: 'own-gw', device: 'own-post' };
const anothers = { name: "of another's", id: 'own-gw', device: 'secret-cover' };
const another = { name: 'another', id: 'secret-gw', device: 'own-post' };
const bridge = { name: 'a bridge', id: 'bridge', device: 'own-post' };
const nobody = { name: 'nobody', id: null, device: 'own-post' };
type Speaker = typeof itself | typeof nobody;
const publishers: Speaker[] = [itself, anothers, another, bridge, nobody];
const others: Speaker[] = [itself, another, bridge, nobody];

describe('every topic', () => {
  const campuses = new Campuses();
  beforeAll(() => campuses.openUnpeopled());
  afterAll(() => campuses.close());

  const filterOf = (topic: string, { device }: Speaker) => topic.replace('{agent}', 'own-gw').replace('{device}', device);
  const uplink = ['a', addressOf('own'), 'up'];
  /** A dialect's with something in each place; what takes in more than one topic cannot be spoken on, and is said as it is. */
  const topicOf = (topic: string, speaker: Speaker) =>
    topic.startsWith('application/') ? uplink.reduce((left, part) => left.replace('+', part), topic) : filterOf(topic, speaker);
  const connect = ({ id }: Speaker, willTopic?: string) =>
    connectPacket({
      clientId: id ?? 'own-gw',
      username: id ?? 'own-gw',
      password: id === null ? 'gwa_a-token-of-nobody' : (campuses.tokens[id] as string),
      ...(willTopic === undefined ? {} : { will: { topic: willTopic, payload: '{"online":false}' } }),
    });

  /** A right message for the topic, of the device that it speaks of. */
  function payloadFor(topic: string, { device }: Speaker): string {
    const ts = Date.now();
    const reading = { ts, values: device.endsWith('cover') ? { tilt_deg: 80 } : { mains_v: 229 } };
    if (topic === 'gw/v1/{agent}/telemetry') return JSON.stringify([{ ...reading, device }]);
    if (topic.endsWith('/telemetry')) return JSON.stringify(reading);
    if (topic.endsWith('/event')) return JSON.stringify({ id: campuses.next('event'), ts, kind: device.endsWith('cover') ? 'tilt' : 'test' });
    if (topic.endsWith('/reply')) return JSON.stringify({ id: campuses.things[device.startsWith('own') ? 'own' : 'secret'].command, ok: true, ts });
    if (topic.startsWith('application/'))
      return JSON.stringify(
        chirpstackUplink({
          devEui: addressOf('own'),
          hex: '01755703CFC008CAFE4F1A01',
          fPort: 85,
          fCnt: 1,
          at: ts,
          profile: 'em310-tilt',
          application: 'a',
          deduplicationId: campuses.next('uplink'),
        }),
      );
    return JSON.stringify({ online: true, ts, version: campuses.next('version') });
  }

  /** What was taken, and what was parked, so far: readings and events are counted; a reply and a state are seen in what they are about. */
  const effects = async () => {
    const { accepted, rejected, repeats, parked } = (await campuses.admin.get('/health')).stages.ingest;
    const { status } = await campuses.admin.get(`/api/commands/${campuses.things.own.command}`);
    const agent = (await campuses.admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === 'own-gw');
    return { parked, taken: [accepted + rejected + repeats, status, agent.version].join() };
  };

  async function publishes(topic: string, speaker: Speaker): Promise<string> {
    const before = await effects();
    const line = await RawMqtt.open(campuses.cloud.mqtt);
    line.send(connect(speaker));
    const answer = await line.next();
    if (answer?.body[1] !== 0) return 'refused';
    line.send(publishPacket(topicOf(topic, speaker), payloadFor(topic, speaker)));
    const ack = await line.next();
    if (ack === null) {
      expect(await effects()).toEqual(before);
      return 'closed';
    }
    expect(ack.type).toBe(types.puback);
    await line.leave();
    const after = await until('it is understood, or not', async () => {
      const now = await effects();
      return JSON.stringify(now) !== JSON.stringify(before) && now;
    });
    return after.parked > before.parked ? 'parked' : 'taken';
  }

  async function wills(topic: string, speaker: Speaker): Promise<string> {
    const line = await RawMqtt.open(campuses.cloud.mqtt);
    line.send(connect(speaker, topicOf(topic, speaker)));
    const code = (await line.next())?.body[1];
    if (code !== 0) return code === 4 || code === 5 ? 'refused' : `CONNACK ${code}`;
    await line.leave();
    return 'taken';
  }

  async function subscribes(topic: string, speaker: Speaker): Promise<string> {
    const line = await RawMqtt.open(campuses.cloud.mqtt);
    line.send(connect(speaker));
    if ((await line.next())?.body[1] !== 0) return 'refused';
    line.send(subscribePacket(7, [filterOf(topic, speaker)]));
    const suback = await line.nextOf(types.suback);
    if (suback.body[2] === 1) {
      await line.leave();
      return 'granted';
    }
    expect(suback.body[2]).toBe(0x80);
    await line.closed;
    return 'closed';
  }

  it('has a row in the table: those that the wire knows, those that the AsyncAPI document tells, and those of the dialects', async () => {
    const built = Object.entries(topics)
      .filter(([name]) => /(Topic|Filter)$/.test(name) && !name.startsWith('parse'))
      .map(([, build]) => (build as (...parts: string[]) => string)('{agent}', '{device}'));
    const document = await campuses.admin.get<{ channels: Record<string, { address: string; servers: { $ref: string }[] }> }>('/api/asyncapi.json');
    const told = Object.values(document.channels)
      .filter(({ servers }) => servers[0]?.$ref.endsWith('mqtt'))
      .map(({ address }) => address.replace(/\{part\d\}/g, '+'));
    const all = new Set([...built, topics.telemetryTopic('{agent}'), ...told, ...dialects.flatMap(({ topic, downlink }) => [topic, downlink])]);
    const written = rows.map(({ label }) => label);
    expect([...all].filter((topic) => !written.includes(topic))).toEqual([]);
    // What else stands there would take in more than one's own.
    expect(written.filter((topic) => !all.has(topic) && !/[#+]/.test(topic))).toEqual([]);
  });

  it.each(rows)('is spoken on and heard by whom the table says, and what is refused or parked has no effect: $label', async ({ label, blocks }) => {
    const told: string[][] = [];
    for (const [ask, speakers, block] of [
      [publishes, publishers, 0],
      [wills, others, 1],
      [subscribes, others, 2],
    ] as const) {
      const cells: string[] = [];
      // One after the other: two connections of one agent would end each other.
      for (const [i, speaker] of speakers.entries()) cells.push(blocks[block]?.[i] === '–' ? '–' : await ask(label, speaker));
      told.push(cells);
    }
    expect(told).toEqual(blocks);
    const [cover, command, alerts] = await Promise.all(
      ['/api/devices/secret-cover', `/api/commands/${campuses.things.secret.command}`, '/api/alerts?device=secret-cover'].map((path) => campuses.admin.get(path)),
    );
    expect([cover.latest, cover.status, command.status, alerts.total]).toEqual([null, 'unknown', 'queued', 0]);
  });
});
