import { describe, expect, it } from 'vitest';
import { em310Tilt } from '../../../../cloud/ingest/decoders/em310-tilt.ts';

const read = (hex: string) => em310Tilt.decodeUplink({ bytes: Buffer.from(hex, 'hex'), fPort: 85, recvTime: new Date(0) });

describe('the bytes of an EM310-TILT', () => {
  // The maker's README and domain.md 2.2.
  it.each([
    ['03CF00000000282307', { angle_x_deg: 0, angle_y_deg: 0, angle_z_deg: 90 }],
    ['01755703CFC008CAFE4F1A01', { battery_pct: 87, angle_x_deg: 22.4, angle_y_deg: -3.1, angle_z_deg: 67.35 }],
    ['FF0B01FF0A0101017564', { battery_pct: 100 }],
    // Echoes of downlinks before the values.
    ['FF032C01017564', { battery_pct: 100 }],
    ['FE06010203040506070809FF62FFFF10FF017564', { battery_pct: 100 }],
  ])('%s say what the maker prints', (hex, data) => {
    expect(read(hex)).toEqual({ data, errors: [], warnings: [] });
  });
  it('stop at an unknown channel with a warning and keep what came before', () => {
    expect(read('017557EE0100')).toMatchObject({ data: { battery_pct: 87 }, errors: [], warnings: [expect.stringContaining('ee 01')] });
  });
  it('that are cut off are an error', () => {
    expect(read('03CF0000').errors).toHaveLength(1);
  });
});
