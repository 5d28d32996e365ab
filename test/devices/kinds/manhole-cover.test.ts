import { describe, expect, it } from 'vitest';
import { kindOf, tiltOf } from '../../../devices/kinds/kinds.ts';

describe('the tilt of a cover', () => {
  it('is the angle to upright where no baseline is known', () => {
    expect(tiltOf(0, 0, 90, null)).toBeCloseTo(0, 6);
    expect(tiltOf(22.4, -3.1, 67.35, null)).toBeCloseTo(22.6, 1);
  });
  it('is the angle to the plane as installed where a baseline is known', () => {
    const baseline = { angle_x_deg: 22.4, angle_y_deg: -3.1, angle_z_deg: 67.35 };
    expect(tiltOf(22.4, -3.1, 67.35, baseline)).toBeCloseTo(0, 4);
  });
  it('is unknown where the angles give no direction', () => {
    expect(tiltOf(0, 0, 0, null)).toBeNull();
  });
  it('is derived only where the device does not send it itself', () => {
    const derive = kindOf('manhole-cover')?.derive;
    expect(derive?.({ angle_x_deg: 0, angle_y_deg: 0, angle_z_deg: 90 }, null).tilt_deg).toBeCloseTo(0, 6);
    expect(derive?.({ tilt_deg: 7, angle_x_deg: 0, angle_y_deg: 0, angle_z_deg: 90 }, null).tilt_deg).toBe(7);
    expect(derive?.({ angle_x_deg: 0 }, null)).toEqual({ angle_x_deg: 0 });
  });
});
