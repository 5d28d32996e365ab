import { type Baseline, battery, command, ends, flag, type Kind, number, radio, raises, recorded, temperature, type Values } from './blocks.ts';

const radians = Math.PI / 180;

/**
 * The angle between the plane now and the plane as installed, in degrees: acos(g·g₀), g = (sin x, sin y, sin z) normalised;
 * without a baseline g₀ = (0, 0, 1). null where the angles give no direction.
 */
export function tiltOf(x: number, y: number, z: number, baseline: Baseline | null): number | null {
  const g = [Math.sin(x * radians), Math.sin(y * radians), Math.sin(z * radians)];
  const g0 = baseline ? [Math.sin(baseline.angle_x_deg * radians), Math.sin(baseline.angle_y_deg * radians), Math.sin(baseline.angle_z_deg * radians)] : [0, 0, 1];
  const length = Math.hypot(...g) * Math.hypot(...g0);
  if (length === 0) return null;
  const cosine = g.reduce((sum, part, i) => sum + part * (g0[i] as number), 0) / length;
  return Math.acos(Math.min(1, Math.max(-1, cosine))) / radians;
}

function derive(values: Values, baseline: Baseline | null): Values {
  const { tilt_deg, angle_x_deg: x, angle_y_deg: y, angle_z_deg: z } = values;
  if (tilt_deg !== undefined || typeof x !== 'number' || typeof y !== 'number' || typeof z !== 'number') return values;
  const tilt = tiltOf(x, y, z, baseline);
  return tilt === null ? values : { ...values, tilt_deg: tilt };
}

export const manholeCover: Kind = {
  id: 'manhole-cover',
  label: { zh: '井盖', en: 'Manhole cover' },
  main: 'tilt_deg',
  sensitive: false,
  metrics: {
    tilt_deg: number('倾角', 'Tilt', '°', { range: [0, 90], normal: [0, 10], digits: 1 }),
    water_level_mm: number('水位', 'Water level', 'mm', { range: [0, 3000], normal: [0, 1500], digits: 0 }),
    water_over: flag('水位越限', 'Water over'),
    ...battery,
    battery_pct: number('电量', 'Charge', '%', { range: [0, 100], normal: [20, 100], digits: 0 }),
    ...temperature,
    ...radio,
    angle_x_deg: number('X 轴角', 'Angle x', '°', { range: [-90, 90], digits: 1 }),
    angle_y_deg: number('Y 轴角', 'Angle y', '°', { range: [-90, 90], digits: 1 }),
    angle_z_deg: number('Z 轴角', 'Angle z', '°', { range: [-90, 90], digits: 1 }),
  },
  events: {
    tilt: raises('井盖倾斜', 'Cover tilted', 'tilt', 'warning', { tilt_deg: 'number' }, { field: 'tilt_deg', at: 45, severity: 'critical' }),
    restored: ends('井盖复位', 'Cover restored', ['tilt'], { tilt_deg: 'number', cause: 'string' }),
    commissioned: recorded('已启用', 'Commissioned'),
  },
  commands: {
    'set-interval': command('设置上报间隔', 'Set interval', { interval_s: { type: 'integer', label: { zh: '间隔', en: 'Interval' }, unit: 's', min: 1, max: 604_800 } }),
    calibrate: command('基准归零', 'Calibrate'),
  },
  limits: [
    {
      // domain.md 2.1: 15° held is in print (a passing car lasts under 2 s), 45° is ours.
      id: 'tilt',
      cause: 'tilt',
      metric: 'tilt_deg',
      op: '>=',
      levels: [
        { at: 15, severity: 'warning' },
        { at: 45, severity: 'critical' },
      ],
      hold_s: 3,
      clear: 5,
      clear_hold_s: 600,
      event: { raise: 'tilt', end: 'restored' },
      message: { zh: '井盖倾斜 {value}，限值 {limit}', en: 'Cover tilted {value} (limit {limit})' },
    },
    {
      id: 'battery',
      cause: 'battery-low',
      metric: 'battery_v',
      op: '<=',
      levels: [{ at: 3.3, severity: 'info' }],
      hold_s: 600,
      clear: 3.4,
      clear_hold_s: 600,
      message: { zh: '电池电压低 {value}，限值 {limit}', en: 'Battery low {value} (limit {limit})' },
    },
    {
      id: 'water',
      cause: 'water-over',
      metric: 'water_over',
      op: '>=',
      levels: [{ at: 1, severity: 'warning' }],
      hold_s: 3,
      clear: 1,
      clear_hold_s: 600,
      message: { zh: '井内水位越限', en: 'Water over the limit' },
    },
  ],
  derive,
};
