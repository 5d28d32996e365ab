import { command, ends, flag, type Kind, number, raises, temperature } from './blocks.ts';

export const streetlight: Kind = {
  id: 'streetlight',
  label: { zh: '路灯', en: 'Streetlight' },
  main: 'power_w',
  sensitive: false,
  metrics: {
    power_w: number('功率', 'Power', 'W', { range: [0, 250], normal: [0, 200], digits: 1 }),
    voltage_v: number('电压', 'Voltage', 'V', { range: [180, 260], normal: [207, 253], digits: 1 }),
    current_a: number('电流', 'Current', 'A', { range: [0, 2], normal: [0, 1.5], digits: 2 }),
    power_factor: number('功率因数', 'Power factor', '', { range: [0, 1], normal: [0.85, 1], digits: 2 }),
    dimming_pct: number('调光', 'Dimming', '%', { range: [0, 100], digits: 0 }),
    energy_wh: number('电量', 'Energy', 'Wh', { digits: 0 }),
    lamp_on: flag('亮灯', 'Lamp on'),
    lamp_failure: flag('灯具故障', 'Lamp failure'),
    ...temperature,
  },
  events: {
    'lamp-failure': raises('灯具故障', 'Lamp failure', 'lamp-failure', 'warning', { power_w: 'number', voltage_v: 'number' }),
    restored: ends('已恢复', 'Restored', ['lamp-failure'], { cause: 'string', power_w: 'number' }),
  },
  commands: {
    dim: command('调光', 'Dim', { level_pct: { type: 'number', label: { zh: '亮度', en: 'Level' }, unit: '%', min: 0, max: 100 } }),
    on: command('开灯', 'Turn on'),
    off: command('关灯', 'Turn off'),
  },
  limits: [
    {
      id: 'lamp-failure',
      cause: 'lamp-failure',
      metric: 'lamp_failure',
      op: '>=',
      levels: [{ at: 1, severity: 'warning' }],
      hold_s: 60,
      clear: 1,
      clear_hold_s: 60,
      event: { raise: 'lamp-failure', end: 'restored' },
      message: { zh: '灯具故障', en: 'Lamp failure' },
    },
  ],
};
