import { command, door, type Kind, number, raises, temperature } from './blocks.ts';

/** Counts people, never says who: no image, template, name or identity number has a field here (domain.md 4.4). */
export const faceGate: Kind = {
  id: 'face-gate',
  label: { zh: '人脸闸机', en: 'Face-recognition gate' },
  main: 'passes_in',
  sensitive: true,
  metrics: {
    passes_in: number('进', 'In', '', { digits: 0 }),
    passes_out: number('出', 'Out', '', { digits: 0 }),
    denied: number('拒绝', 'Denied', '', { digits: 0 }),
    ...door,
    ...temperature,
  },
  events: {
    'forced-open': raises('闸机被强行打开', 'Gate forced open', 'forced-open', 'critical'),
    'held-open': raises('闸机长时间未关', 'Gate held open', 'held-open', 'warning', { seconds: 'number' }),
    tamper: raises('防拆报警', 'Tamper', 'tamper', 'warning'),
    duress: raises('胁迫报警', 'Duress', 'duress', 'critical'),
  },
  commands: {
    open: command('开闸', 'Open'),
    lock: command('锁闭', 'Lock'),
    release: command('常开放行', 'Release'),
  },
  limits: [],
};
