import type { Decoder } from './decoders.ts';
import { readFrame } from './milesight.ts';

/**
 * Milesight EM310-TILT (domain.md 2.2): `03 CF` three angles as i16 little-endian in hundredths of a degree and a byte of flags, `01 75` battery %.
 * The flags tell the device's own thresholds, which nobody here has set: the cloud's rule judges the angles.
 */
export const em310Tilt: Decoder = {
  model: 'em310-tilt',
  decodeUplink({ bytes }) {
    const { data, errors, warnings } = readFrame<Record<string, number>>(bytes, {
      '01 75': { length: 1, read: (value) => ({ battery_pct: value.getUint8(0) }) },
      '03 cf': {
        length: 7,
        read: (value) => ({ angle_x_deg: value.getInt16(0, true) / 100, angle_y_deg: value.getInt16(2, true) / 100, angle_z_deg: value.getInt16(4, true) / 100 }),
      },
    });
    return { data: data as Record<string, number>, errors, warnings };
  },
};
