import { kinds } from '../../devices/kinds/kinds.ts';
import type { Rule } from './rules.ts';

/** The rules out of the box: each kind's limits and raising events, silence, and an agent that is gone. Data, edited by people from then on. */
export function seedRules(): Rule[] {
  const ofKinds = kinds.flatMap((kind): Rule[] => [
    ...kind.limits.map(
      ({ id, cause, metric, op, levels, hold_s, clear, clear_hold_s, message }): Rule => ({
        id: `${kind.id}.${id}`,
        type: 'threshold',
        enabled: true,
        label: kind.metrics[metric]?.label ?? kind.label,
        cause,
        kind: kind.id,
        metric,
        op,
        levels: levels.map((level) => ({ ...level })),
        hold_s,
        clear,
        clear_hold_s,
        message,
      }),
    ),
    ...Object.entries(kind.events).flatMap(([id, spec]): Rule[] =>
      spec.effect === 'raises'
        ? [
            {
              id: `${kind.id}.${id}.event`,
              type: 'event',
              enabled: true,
              label: spec.label,
              cause: spec.cause,
              kind: kind.id,
              event: id,
              severity: spec.severity,
              message: spec.label,
            },
          ]
        : [],
    ),
  ]);
  return [
    ...ofKinds,
    {
      id: 'silence',
      type: 'silence',
      enabled: true,
      label: { zh: '设备离线', en: 'Device offline' },
      cause: 'offline',
      intervals: 2.5,
      severity: 'warning',
      message: { zh: '设备离线，超过 2.5 个上报间隔未收到数据', en: 'Device offline, silent for 2.5 intervals' },
    },
    {
      id: 'agent-gone',
      type: 'agent-gone',
      enabled: true,
      label: { zh: '网关离线', en: 'Agent gone' },
      cause: 'agent-gone',
      after_s: 60,
      severity: 'warning',
      message: { zh: '边缘代理失联，其设备状态未知', en: 'Agent gone, its devices are unknown' },
    },
  ];
}
