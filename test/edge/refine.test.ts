import { describe, expect, it } from 'vitest';
import { type Kind, kindOf } from '../../devices/kinds/kinds.ts';
import { refine } from '../../edge/refine.ts';

const cover = kindOf('manhole-cover') as Kind;

describe('refining what a driver gave', () => {
  it('keeps the metrics of the kind, of their type', () => {
    expect(refine(cover, { tilt_deg: 3, water_over: true, battery_v: '3.6', water_level_mm: Number.NaN, temperature_c: Number.POSITIVE_INFINITY, colour: 'grey' }, null)).toEqual({
      values: { tilt_deg: 3, water_over: true },
      refused: ['battery_v', 'water_level_mm', 'temperature_c', 'colour'],
    });
  });

  it('computes the tilt from the angles and the baseline, with no more digits than make sense', () => {
    const angles = { angle_x_deg: 28, angle_y_deg: 0, angle_z_deg: 62 };
    expect(refine(cover, angles, null).values.tilt_deg).toBe(28);
    expect(refine(cover, angles, angles).values.tilt_deg).toBe(0);
    expect(String(refine(cover, { angle_x_deg: 1.23, angle_y_deg: 2.34, angle_z_deg: 87.1 }, null).values.tilt_deg)).toMatch(/^\d\.\d\d?$/);
  });

  it('lets a tilt win that the device tells itself', () => {
    expect(refine(cover, { tilt_deg: 7, angle_x_deg: 28, angle_y_deg: 0, angle_z_deg: 62 }, null).values.tilt_deg).toBe(7);
  });
});
