import { describe, expect, it } from 'vitest';
import { decode, type Item } from '../../../cloud/ingest/ingest.ts';
import { bytes, cameraFacts, coverFacts, postFacts, viewOf } from '../../kit/facts.ts';

const rx = Date.UTC(2026, 10, 24, 1);
const ts = rx - 500;
const view = viewOf([
  coverFacts(),
  coverFacts({ id: 'cover-2' }),
  coverFacts({ id: 'far', agent: 'gw-2' }),
  coverFacts({ id: 'moved', agent: 'gw-2', former: [{ agent: 'gw-1', until: rx - 1000 }] }),
  cameraFacts(),
  postFacts(),
]);
const say = (topic: string, payload: unknown): Item[] => decode({ agent: 'gw-1', topic, payload: bytes(payload), rx }, view);
const one = (topic: string, payload: unknown): Item => {
  const items = say(topic, payload);
  expect(items).toHaveLength(1);
  return items[0] as Item;
};
const reasonOf = (item: Item) => (item.type === 'parked' ? item.parked.reason : `not parked: ${item.type}`);
const telemetry = 'gw/v1/gw-1/cover-1/telemetry';

describe('a telemetry message', () => {
  it('becomes a reading of the device of its topic, with its numbers and both times', () => {
    expect(one(telemetry, { boot: 3, seq: 7, ts, values: { tilt_deg: 2.5, water_over: false } })).toMatchObject({
      type: 'reading',
      reading: { device: { id: 'cover-1' }, agent: 'gw-1', boot: 3, seq: 7, ts, rx, clock: 'ok', values: { tilt_deg: 2.5, water_over: false }, former: false },
    });
  });
  it('may leave its numbers out', () => {
    expect(one(telemetry, { ts, values: { tilt_deg: 1 } })).toMatchObject({ reading: { boot: null, seq: null } });
  });
  it('of a gateway is a batch in which each reading stands alone', () => {
    const items = say('gw/v1/gw-1/telemetry', [
      { device: 'cover-1', ts, values: { tilt_deg: 1 } },
      { device: 'nobody', ts, values: { tilt_deg: 1 } },
      { device: 'far', ts, values: { tilt_deg: 1 } },
      { device: 'cover-2', ts, values: { tilt_deg: 'high' } },
      { ts, values: { tilt_deg: 1 } },
      7,
      { device: 'cover-2', ts, values: { tilt_deg: 2 } },
    ]);
    expect(items.map((item) => (item.type === 'reading' ? item.reading.device.id : reasonOf(item)))).toEqual([
      'cover-1',
      'unknown-device',
      'foreign-device',
      'bad-value',
      'malformed',
      'malformed',
      'cover-2',
    ]);
  });
  it.each([
    ['that is no JSON', 'tilt', 'malformed'],
    ['with NaN in it', '{"ts":1,"values":{"tilt_deg":NaN}}', 'malformed'],
    ['with a number past all floats', `{"ts":${ts},"values":{"tilt_deg":1e999}}`, 'bad-value'],
    ['without a time', { values: { tilt_deg: 1 } }, 'malformed'],
    ['with a metric of another type', { ts, values: { tilt_deg: true } }, 'bad-value'],
    ['without one known metric', { ts, values: { colour: 1 } }, 'no-known-metric'],
    ['whose metric is a name of every object', { ts, values: { constructor: 1 } }, 'no-known-metric'],
  ])('%s is parked', (_what, payload, reason) => {
    expect(reasonOf(one(telemetry, payload))).toBe(reason);
  });
  it('in broken UTF-8 is parked', () => {
    const items = decode({ agent: 'gw-1', topic: telemetry, payload: Uint8Array.from([0x22, 0xff, 0x22]), rx }, view);
    expect(items.map(reasonOf)).toEqual(['malformed']);
  });
  it('with an unknown metric beside a known one loses only that, and says so', () => {
    expect(one(telemetry, { ts, values: { tilt_deg: 1, colour: 3 } })).toMatchObject({ reading: { values: { tilt_deg: 1 }, unknownMetrics: 1 } });
  });
  it('nested past all reason is parked and harms nobody', () => {
    expect(say('gw/v1/gw-1/telemetry', `[${'['.repeat(50_000)}${']'.repeat(50_000)}]`).map(reasonOf)).toEqual(['malformed']);
  });
  it('keeps its bytes when it is parked, but not near people and not of an unknown device', () => {
    const kept = (topic: string) => {
      const item = one(topic, '{');
      return item.type === 'parked' && item.parked.bytes !== null;
    };
    expect(kept(telemetry)).toBe(true);
    expect(kept('gw/v1/gw-1/camera-1/telemetry')).toBe(false);
    expect(kept('gw/v1/gw-1/nobody/telemetry')).toBe(false);
  });
});

describe('a device clock', () => {
  it.each([
    ['of 1970', 5000],
    ['of 2099', Date.UTC(2099, 0, 1)],
    ['in seconds', Math.floor(rx / 1000)],
  ])('%s is unset: the reading is stored under the receive time', (_what, sent) => {
    expect(one(telemetry, { ts: sent, values: { tilt_deg: 1 } })).toMatchObject({ reading: { ts: rx, clock: 'unset', sentTs: sent } });
  });
  it('that is unset does not let the readings of one batch fall on one another', () => {
    const items = say(
      'gw/v1/gw-1/telemetry',
      [1, 2, 3].map((seq) => ({ device: 'cover-1', ts: seq, values: { tilt_deg: seq } })),
    );
    expect(items.map((item) => item.type === 'reading' && item.reading.ts)).toEqual([rx, rx + 1, rx + 2]);
  });
  it('an hour ahead is taken as it is', () => {
    expect(one(telemetry, { ts: rx + 3_600_000, values: { tilt_deg: 1 } })).toMatchObject({ reading: { ts: rx + 3_600_000, clock: 'ok' } });
  });
});

describe('a device that has moved to another agent', () => {
  it('may still be spoken for by the former one, for the time before the move', () => {
    expect(one('gw/v1/gw-1/moved/telemetry', { ts: rx - 5000, values: { tilt_deg: 1 } })).toMatchObject({ reading: { former: true } });
  });
  it('is parked when the former agent speaks of later', () => {
    expect(reasonOf(one('gw/v1/gw-1/moved/telemetry', { ts, values: { tilt_deg: 1 } }))).toBe('moved-device');
  });
});

describe('an event', () => {
  const sos = 'gw/v1/gw-1/post-1/event';
  it('keeps only the data that its kind names', () => {
    expect(one(sos, { id: 'e1', ts, kind: 'sos', data: { button: 2, name: 'somebody', face: 'AAAA' } })).toMatchObject({
      type: 'event',
      event: { id: 'e1', kind: 'sos', data: { button: 2 } },
    });
    expect(one(sos, { id: 'e1', ts, kind: 'sos', data: { button: 'two' } })).toMatchObject({ event: { data: {} } });
  });
  it.each([
    ['of a kind that the device has not', { id: 'e1', ts, kind: 'tilt' }, 'unknown-event'],
    ['named like a property of every object', { id: 'e1', ts, kind: 'toString' }, 'unknown-event'],
    ['without an id', { ts, kind: 'sos' }, 'malformed'],
    ['with an id of other letters', { id: 'ä', ts, kind: 'sos' }, 'malformed'],
  ])('%s is parked', (_what, payload, reason) => {
    expect(reasonOf(one(sos, payload))).toBe(reason);
  });
});

describe('what else an agent says', () => {
  it('is its state', () => {
    expect(one('gw/v1/gw-1/state', { online: true, ts, boot: 2, version: '1.0.0' })).toMatchObject({ type: 'state', online: true, version: '1.0.0' });
  });
  it('is the reply of a device of its own', () => {
    expect(one('gw/v1/gw-1/cover-1/reply', { id: 'c1', ok: true, ts })).toMatchObject({ type: 'reply', id: 'c1', ok: true });
    expect(reasonOf(one('gw/v1/gw-1/far/reply', { id: 'c1', ok: true, ts }))).toBe('foreign-device');
  });
  it('in a result nested past all reason is parked: nothing that is kept could be written, and the cloud would end over it at each start', () => {
    const nested = (levels: number) => `{"id":"c1","ok":true,"result":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(reasonOf(one('gw/v1/gw-1/cover-1/reply', nested(20_000)))).toBe('malformed');
    expect(one('gw/v1/gw-1/cover-1/reply', nested(32))).toMatchObject({ type: 'reply' });
  });
  it('at any length is kept in a few words when it is parked', () => {
    const long = 'x'.repeat(60_000);
    const parked = [one(`gw/v1/gw-1/${long}`, '{}'), ...say('gw/v1/gw-1/telemetry', [{ device: long, ts, values: {} }])];
    for (const item of parked) {
      if (item.type !== 'parked') throw new Error(item.type);
      for (const text of [item.parked.topic, item.parked.detail, item.parked.device ?? '']) expect(text.length).toBeLessThan(400);
    }
  });
  it('on another topic is parked', () => {
    expect(reasonOf(one('gw/v1/gw-1/a/b/c', '{}'))).toBe('bad-topic');
  });
});
