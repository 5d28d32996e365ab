/** What an agent `gw-1` and a bridge `lns` may say below their own topics, from right to mad; the devices are those of `hostileDevices`. */
import type { DeviceFacts } from '../../cloud/ingest/ingest.ts';
import { cameraFacts, coverFacts, postFacts } from './facts.ts';
import { fc, jsonOf, nearly, nearlyJson, odd } from './fuzz.ts';

const devEui = 'a84041ffff130406';
export const hostileDevices: DeviceFacts[] = [
  coverFacts(),
  coverFacts({ id: 'cover-2', agent: 'gw-2', former: [{ agent: 'gw-1', until: Date.UTC(2026, 10, 24) }] }),
  coverFacts({ id: 'cover-lora', agent: 'lns', model: 'em310-tilt', addresses: [{ scheme: 'devEui', value: devEui }] }),
  postFacts(),
  cameraFacts(),
];
export const hostileAgents = [
  { id: 'gw-1', role: 'agent' as const },
  { id: 'gw-2', role: 'agent' as const },
  { id: 'lns', role: 'bridge' as const },
];

const ts = Date.UTC(2026, 10, 24, 1);
const reading = { boot: 3, seq: 88_123, ts, kept: ts + 1, sent: ts + 2, values: { tilt_deg: 22.4, battery_v: 3.58, water_over: false } };
/** By what the topic ends with. */
const payloads: Record<string, readonly unknown[]> = {
  telemetry: [
    reading,
    [reading, { ...reading, seq: 88_124 }],
    [
      { device: 'cover-1', ...reading },
      { device: 'camera-1', ts, values: { fps: 25 } },
    ],
    [{ ...reading, device: 'x'.repeat(5000) }],
    { ...reading, values: { tilt_deg: 1, more: '#deep' } },
  ],
  event: [
    { id: '01JDEVENT0000000000000000A', boot: 3, seq: 412, ts, kind: 'tilt', data: { tilt_deg: 50 } },
    { id: '01JDEVENT0000000000000000B', ts, kind: 'sos', data: {} },
    { id: '01JDEVENT0000000000000000C', ts, kind: 'restored', data: { cause: 'tilt' } },
    { id: '01JDEVENT0000000000000000D', ts, kind: 'intrusion', data: { zone: '#deeper' } },
  ],
  state: [{ online: true, ts, boot: 3, version: '1.0.0', waiting: 0, dropped: 0 }],
  reply: [
    { id: '01JDREPLY0000000000000000A', ok: true, result: { done: [1, 2, { three: null }] }, ts },
    { id: '01JDREPLY0000000000000000B', ok: false, error: 'stuck' },
    { id: '01JDREPLY0000000000000000C', ok: true, result: '#deep' },
    { id: '01JDREPLY0000000000000000D', ok: true, result: '#deeper' },
  ],
};
const uplink = {
  deduplicationId: '8d3b0b7e-52f1-4a0c-b7d4-1f2e3d4c5b6a',
  time: '2026-11-24T01:00:00.318204+00:00',
  deviceInfo: { deviceProfileName: 'em310-tilt', deviceName: 'cover', devEui },
  fPort: 85,
  data: 'AXVXA8/ACMr+TxoB',
  rxInfo: [
    { rssi: -110, snr: 1 },
    { rssi: -97, snr: 6.5 },
  ],
};
/** Frames of an EM310-TILT, as base64 in an uplink. */
const frames = nearly([Buffer.from('01755703cfc008cafe4f1a01', 'hex'), Buffer.from('ff0bffff0101ff166123456789012345ff0f00ff0a0110', 'hex')]);
const uplinks: fc.Arbitrary<Buffer> = fc.oneof(
  nearlyJson([uplink]).map((text) => Buffer.from(text)),
  frames.map((frame) => Buffer.from(JSON.stringify({ ...uplink, data: frame.toString('base64') }))),
);

/** `right`, or bytes that are nearly it, or any bytes. */
const bytesLike = (right: readonly unknown[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...right).map((one) => Buffer.from(jsonOf(one))) },
    { weight: 9, arbitrary: nearlyJson(right).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: nearly(right.map((one) => Buffer.from(jsonOf(one)))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: odd.map((value) => Buffer.from(jsonOf(value))) },
  );

/** A part of a topic that the gate lets pass: anything but wildcards, NUL and what is no UTF-8. */
export const topicPart = fc.string({ unit: 'grapheme', maxLength: 70 }).filter((part) => !/[+#/\0\ufffd]/u.test(part) && Buffer.from(part).toString() === part);
const device = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('cover-1', 'cover-1', 'cover-1', 'cover-2', 'post-1', 'camera-1', 'nobody') }, { weight: 1, arbitrary: topicPart });

export interface HostileMessage {
  agent: string;
  topic: string;
  payload: Buffer;
}
const ofAgent: fc.Arbitrary<HostileMessage> = fc.constantFrom(...Object.keys(payloads)).chain((what) =>
  fc.record({
    agent: fc.constant('gw-1'),
    topic: fc.oneof(
      { weight: what === 'state' ? 1 : 8, arbitrary: device.map((id) => `gw/v1/gw-1/${id}/${what}`) },
      { weight: what === 'state' || what === 'telemetry' ? 8 : 1, arbitrary: fc.constant(`gw/v1/gw-1/${what}`) },
      { weight: 1, arbitrary: fc.array(topicPart, { maxLength: 5 }).map((parts) => `gw/v1/gw-1/${parts.join('/')}`) },
    ),
    payload: bytesLike(payloads[what] as readonly unknown[]),
  }),
);
const ofBridge: fc.Arbitrary<HostileMessage> = fc.record({
  agent: fc.constant('lns'),
  topic: fc
    .tuple(
      topicPart,
      fc.oneof({ weight: 9, arbitrary: fc.constant(devEui) }, { weight: 1, arbitrary: topicPart }),
      fc.oneof({ weight: 9, arbitrary: fc.constant('up') }, { weight: 1, arbitrary: topicPart }),
    )
    .map(([application, eui, what]) => `application/${application}/device/${eui}/event/${what}`),
  payload: fc.oneof({ weight: 5, arbitrary: uplinks }, { weight: 1, arbitrary: bytesLike([uplink]) }),
});
export const hostileMessage: fc.Arbitrary<HostileMessage> = fc.oneof({ weight: 3, arbitrary: ofAgent }, { weight: 1, arbitrary: ofBridge });
