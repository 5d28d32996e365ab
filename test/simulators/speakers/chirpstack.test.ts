import { expect, test } from 'vitest';
import { chirpstackUplink, defaultApplication, uplinkTopic } from '../../../simulators/speakers/chirpstack.ts';

const uplink = {
  devEui: 'A84041FFFF130406',
  hex: '01755703CFC008CAFE4F1A01',
  fPort: 85,
  fCnt: 417,
  at: Date.parse('2026-03-02T01:14:05.318Z'),
  profile: 'em310-tilt',
  application: defaultApplication,
  deduplicationId: '8d3b0b7e-52f1-4a0c-b7d4-1f2e3d4c5b6a',
};

test('is what ChirpStack publishes for the bytes of an EM310-TILT (domain.md 2.3)', () => {
  expect(chirpstackUplink(uplink)).toMatchObject({
    deduplicationId: uplink.deduplicationId,
    time: '2026-03-02T01:14:05.318+00:00',
    deviceInfo: { devEui: 'a84041ffff130406', deviceProfileName: 'em310-tilt' },
    fCnt: 417,
    fPort: 85,
    data: 'AXVXA8/ACMr+TxoB',
    rxInfo: [{ rssi: -97, snr: 6.5 }],
  });
  expect(uplinkTopic(defaultApplication, uplink.devEui)).toBe('application/5f0c3a52-7d1e-4b9a-9c55-0a6b1d2e3f40/device/a84041ffff130406/event/up');
});

test('takes bytes with spaces between, and refuses what is none', () => {
  expect(chirpstackUplink({ ...uplink, hex: '0175 57 03CFC008CAFE4F1A01' })).toMatchObject({ data: 'AXVXA8/ACMr+TxoB' });
  for (const hex of ['', '1', '0g', '017']) expect(() => chirpstackUplink({ ...uplink, hex })).toThrow(/pairs of hexadecimal digits/);
  expect(() => chirpstackUplink({ ...uplink, devEui: 'abc' })).toThrow(/16 hexadecimal digits/);
});
