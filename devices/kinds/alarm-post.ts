import { command, door, type Kind, notes, number, raises, recorded, temperature } from './blocks.ts';

export const alarmPost: Kind = {
  id: 'alarm-post',
  label: { zh: '校园报警柱', en: 'Campus alarm post' },
  main: 'mains_v',
  sensitive: false,
  metrics: {
    mains_v: number('市电', 'Mains', 'V', { range: [180, 260], normal: [207, 253], digits: 1 }),
    battery_v: number('备用电池', 'Backup battery', 'V', { range: [10, 15], normal: [11.8, 14.4], digits: 2 }),
    ...door,
    ...temperature,
  },
  events: {
    sos: raises('SOS 求助', 'SOS', 'sos', 'critical', { button: 'number' }),
    'sos-cancelled': notes('求助已取消', 'SOS cancelled', 'sos', { reason: 'string' }),
    tamper: raises('防拆报警', 'Tamper', 'tamper', 'warning'),
    test: recorded('自检', 'Self-test', { ok: 'boolean' }),
  },
  commands: {
    siren: command('警笛', 'Siren', { seconds: { type: 'integer', label: { zh: '时长', en: 'Duration' }, unit: 's', min: 0, max: 600, usual: 30 } }),
    announce: command('喊话', 'Announce', { text: { type: 'string', label: { zh: '内容', en: 'Text' }, maxLength: 200 } }),
  },
  limits: [
    {
      id: 'mains',
      cause: 'mains-lost',
      metric: 'mains_v',
      op: '<=',
      levels: [{ at: 150, severity: 'warning' }],
      hold_s: 60,
      clear: 190,
      clear_hold_s: 60,
      message: { zh: '市电中断 {value}，限值 {limit}', en: 'Mains lost {value} (limit {limit})' },
    },
  ],
};
