/** Speaks as a ChirpStack v4 server does when it hands a device's uplink on (domain.md 2.3). */
import { reject } from '../../devices/errors.ts';

export interface Uplink {
  /** 16 hexadecimal digits. */
  devEui: string;
  /** The device's bytes, as hexadecimal digits; spaces between them do not matter. */
  hex: string;
  fPort: number;
  fCnt: number;
  /** Milliseconds since 1970. */
  at: number;
  profile: string;
  application: string;
  /** UUID: the identity of this uplink. */
  deduplicationId: string;
}

export const defaultApplication = '5f0c3a52-7d1e-4b9a-9c55-0a6b1d2e3f40';

export const uplinkTopic = (application: string, devEui: string) => `application/${application}/device/${devEui.toLowerCase()}/event/up`;

/** The JSON of an `up` event. Rejects what is no devEui or no bytes. */
export function chirpstackUplink({ devEui, hex, fPort, fCnt, at, profile, application, deduplicationId }: Uplink): object {
  if (!/^[0-9a-f]{16}$/i.test(devEui)) throw reject('dev-eui', `devEui is "${devEui}"; allowed: 16 hexadecimal digits.`);
  const bytes = hex.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(bytes)) throw reject('hex', `hex is "${hex}"; allowed: bytes as pairs of hexadecimal digits.`);
  const time = new Date(at).toISOString().replace('Z', '+00:00');
  return {
    deduplicationId,
    time,
    deviceInfo: {
      tenantId: '0b6f1c1e-1111-4222-8333-444455556666',
      tenantName: 'demo',
      applicationId: application,
      applicationName: 'covers',
      deviceProfileId: '77d0a0b2-2222-4333-9444-555566667777',
      deviceProfileName: profile,
      deviceName: `sim-${devEui.toLowerCase()}`,
      devEui: devEui.toLowerCase(),
      deviceClassEnabled: 'CLASS_A',
      tags: {},
    },
    devAddr: '01a2b3c4',
    adr: true,
    dr: 3,
    fCnt,
    fPort,
    confirmed: false,
    data: Buffer.from(bytes, 'hex').toString('base64'),
    rxInfo: [{ gatewayId: '0016c001ff130406', uplinkId: 31522, nsTime: time, rssi: -97, snr: 6.5, channel: 2, location: {}, context: 'AAAAAA==', crcStatus: 'CRC_OK' }],
    txInfo: { frequency: 471_500_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 9, codeRate: 'CR_4_5' } } },
    regionConfigId: 'cn470_10',
  };
}
