/** Whatever is said below an agent's own topics or a dialect's: decoding ends, never throws, and each part comes out as something that is counted. */
import { expect, test } from 'vitest';
import { em310Tilt } from '../../../cloud/ingest/decoders/em310-tilt.ts';
import { decode, type Item } from '../../../cloud/ingest/ingest.ts';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { parseCommandTopic, parseUpTopic } from '../../../devices/wire/wire.ts';
import { viewOf } from '../../kit/facts.ts';
import { fc, runs } from '../../kit/fuzz.ts';
import { hostileAgents, hostileDevices, hostileMessage } from '../../kit/hostile.ts';

const rx = Date.UTC(2026, 10, 24, 1, 0, 5);
const view = viewOf(hostileDevices, hostileAgents);

test('a message becomes readings, events, replies, states or parked parts, each whole and in bounds, and the same each time', () => {
  fc.assert(
    fc.property(hostileMessage, (message) => {
      const items = decode({ ...message, rx }, view);
      const faults = items.flatMap(faultsOf);
      if (items.length === 0) faults.push('nothing came of it');
      // What follows writes it as JSON.
      if (JSON.stringify(items) !== JSON.stringify(decode({ ...message, rx }, view))) faults.push('another time, another end');
      expect(faults).toEqual([]);
    }),
    runs(200),
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

/** What no consumer could go on with. */
function faultsOf(item: Item): string[] {
  if (item.type === 'reading') {
    const { device, values, ts } = item.reading;
    const metrics = kindOf(device.kind)?.metrics ?? {};
    const wrong = Object.entries(values).filter(([metric, value]) => typeof value !== metrics[metric]?.type || (typeof value === 'number' && !Number.isFinite(value)));
    return [...(wrong.length > 0 || Object.keys(values).length === 0 ? [`values ${JSON.stringify(values)}`] : []), ...(Number.isInteger(ts) ? [] : [`ts ${ts}`])];
  }
  if (item.type === 'event') return Object.hasOwn(kindOf(item.event.device.kind)?.events ?? {}, item.event.kind) && Number.isInteger(item.event.ts) ? [] : ['event'];
  if (item.type !== 'parked') return [];
  const { topic, detail, device, bytes } = item.parked;
  const long = [topic, detail, device ?? ''].filter((text) => text.length > 600).map((text) => `${text.slice(0, 20)}… of ${text.length}`);
  return bytes && view.device(device as string)?.kind === 'camera' ? [...long, 'the bytes of a camera'] : long;
}

test('a frame of any bytes is read to its end or to what is not known of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { data, errors } = em310Tilt.decodeUplink({ bytes, fPort: 85, recvTime: new Date(rx) });
      expect(errors.length).toBeLessThanOrEqual(1);
      for (const value of Object.values(data)) expect(Number.isFinite(value)).toBe(true);
    }),
    runs(500),
  );
});

test('a topic is one that the contract names, or none', () => {
  const part = fc.oneof(fc.constantFrom('gw', 'v1', 'gw-1', 'cover-1', 'telemetry', 'event', 'state', 'reply', 'command', '', '.', '..', '+', '#'), fc.string({ maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const topic = parts.join('/');
      const up = parseUpTopic(topic);
      if (up) expect(['gw', 'v1', up.agent, ...(up.device === null ? [] : [up.device]), up.what].join('/')).toBe(topic);
      const down = parseCommandTopic(topic);
      if (down) expect(`gw/v1/${down.agent}/${down.device}/command`).toBe(topic);
    }),
    runs(500),
  );
});
