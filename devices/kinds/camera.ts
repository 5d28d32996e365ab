import { command, ends, type Kind, number, raises, temperature } from './blocks.ts';

export const camera: Kind = {
  id: 'camera',
  label: { zh: '摄像头', en: 'Camera' },
  main: 'fps',
  sensitive: true,
  metrics: {
    fps: number('帧率', 'Frame rate', 'fps', { range: [0, 30], normal: [10, 30], digits: 1 }),
    bitrate_kbps: number('码率', 'Bit rate', 'kbps', { range: [0, 8000], digits: 0 }),
    disk_free_pct: number('剩余存储', 'Disk free', '%', { range: [0, 100], normal: [10, 100], digits: 0 }),
    ...temperature,
  },
  events: {
    'signal-lost': raises('视频信号丢失', 'Signal lost', 'signal-lost', 'warning'),
    covered: raises('画面被遮挡', 'View covered', 'covered', 'warning'),
    moved: raises('画面被移动', 'View moved', 'moved', 'warning'),
    intrusion: raises('区域入侵', 'Intrusion', 'intrusion', 'critical', { zone: 'string' }),
    restored: ends('画面恢复', 'Restored', ['signal-lost', 'covered', 'moved'], { cause: 'string' }, ['intrusion']),
  },
  commands: {
    snapshot: command('抓拍', 'Snapshot'),
    preset: command('预置位', 'Preset', { preset: { type: 'integer', label: { zh: '编号', en: 'Number' }, min: 1, max: 255, usual: 1 } }),
  },
  limits: [
    {
      id: 'disk',
      cause: 'disk-low',
      metric: 'disk_free_pct',
      op: '<=',
      levels: [{ at: 5, severity: 'info' }],
      hold_s: 600,
      clear: 10,
      clear_hold_s: 600,
      message: { zh: '录像存储不足 {value}，限值 {limit}', en: 'Recorder disk low {value} (limit {limit})' },
    },
  ],
};
