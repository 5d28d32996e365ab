import { describe, expect, it } from 'vitest';
import { decode } from '../../../../cloud/ingest/ingest.ts';
import { bytes, coverFacts, viewOf } from '../../../kit/facts.ts';

const rx = Date.parse('2026-03-02T01:14:06Z');
const devEui = 'a84041ffff130406';
const cover = coverFacts({ agent: 'lns', addresses: [{ scheme: 'devEui', value: devEui }] });
const view = viewOf([cover], [{ id: 'lns', role: 'bridge' }]);
/** The example of domain.md 2.3, shortened to what ChirpStack always sends. */
const uplink = {
  deduplicationId: '8d3b0b7e-52f1-4a0c-b7d4-1f2e3d4c5b6a',
  time: '2026-03-02T01:14:05.318204+00:00',
  deviceInfo: { deviceProfileName: 'em310-tilt', deviceName: 'cover-0102-000001', devEui },
  fPort: 85,
  data: 'AXVXA8/ACMr+TxoB',
  rxInfo: [
    { rssi: -110, snr: 1 },
    { rssi: -97, snr: 6.5 },
  ],
};
const say = (payload: unknown, topic = `application/5f0c3a52/device/${devEui}/event/up`) => decode({ agent: 'lns', topic, payload: bytes(payload), rx }, view);
const reasons = (...args: Parameters<typeof say>) => say(...args).map((item) => (item.type === 'parked' ? item.parked.reason : item.type));

describe('a ChirpStack uplink', () => {
  it('of an EM310-TILT becomes a reading of the cover with that address', () => {
    expect(say(uplink)).toMatchObject([
      {
        type: 'reading',
        reading: {
          device: { id: 'cover-1' },
          identity: uplink.deduplicationId,
          ts: Date.parse('2026-03-02T01:14:05.318Z'),
          values: { battery_pct: 87, angle_x_deg: 22.4, angle_y_deg: -3.1, angle_z_deg: 67.35, tilt_deg: expect.closeTo(22.6, 1), rssi_dbm: -97, snr_db: 6.5 },
        },
      },
    ]);
  });
  it('is decoded by the register’s model, not by the name of a profile', () => {
    const other = viewOf([{ ...cover, model: 'something-else' }], [{ id: 'lns', role: 'bridge' }]);
    expect(decode({ agent: 'lns', topic: `application/a/device/${devEui}/event/up`, payload: bytes(uplink), rx }, other)).toMatchObject([{ parked: { reason: 'unknown-model' } }]);
  });
  it.each([
    ['of an unknown address', () => reasons({ ...uplink, deviceInfo: { devEui: '00000000000000ff' } }, 'application/a/device/00000000000000ff/event/up'), 'unknown-device'],
    ['whose topic names another device', () => reasons({ ...uplink, deviceInfo: { devEui: '00000000000000ff' } }), 'malformed'],
    ['that is cut off', () => reasons({ ...uplink, data: 'A8/ACA==' }), 'undecodable-payload'],
    ['without bytes', () => reasons({ ...uplink, data: null }), 'no-known-metric'],
    ['with no time of day', () => reasons({ ...uplink, time: 'soon' }), 'malformed'],
    ['about the network', () => reasons({}, `application/a/device/${devEui}/event/join`), 'not-a-reading'],
    ['on no dialect’s topic', () => reasons(uplink, 'application/a'), 'bad-topic'],
  ])('%s is parked', (_what, run, reason) => {
    expect(run()).toEqual([reason]);
  });
  it('of a device that another agent has is parked', () => {
    const other = viewOf([{ ...cover, agent: 'gw-1' }], [{ id: 'lns', role: 'bridge' }]);
    expect(decode({ agent: 'lns', topic: `application/a/device/${devEui}/event/up`, payload: bytes(uplink), rx }, other)).toMatchObject([{ parked: { reason: 'foreign-device' } }]);
  });
});
