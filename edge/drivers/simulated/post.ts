/** A campus alarm post: a button, a siren, a loudspeaker, on mains with a battery behind. */
import { reject } from '../../../devices/errors.ts';
import { drift, jitter, rounded, trait } from './chance.ts';
import type { PhysicsType } from './physics.ts';
import { airOf, hourMs } from './sky.ts';

export const post: PhysicsType = {
  kind: 'alarm-post',
  acts: ['sos', 'sos-cancel', 'tamper', 'test', 'battery'],
  faults: [{ act: 'tamper', for_s: [60, 300] }],
  create: ({ seed, acting }) => ({
    values: (at) => ({
      mains_v: rounded(trait(seed, 'feeder', 223, 233) + 3 * drift(seed, 'mains', at, hourMs) + 1.2 * jitter(seed, 'mains', at), 1),
      battery_v: acting('battery')?.value ?? rounded(trait(seed, 'float', 13.45, 13.75) + 0.04 * jitter(seed, 'float', at), 2),
      door_open: acting('tamper') !== null,
      temperature_c: rounded(airOf(at) + 4 + 0.5 * jitter(seed, 'housing', at), 1),
    }),
    begun({ act }) {
      if (act === 'sos') return [{ event: 'sos', data: { button: 1 } }];
      if (act === 'sos-cancel') return [{ event: 'sos-cancelled', data: { reason: 'pressed again' } }];
      if (act === 'tamper') return [{ event: 'tamper' }];
      if (act === 'test') return [{ event: 'test', data: { ok: true } }];
      return [];
    },
    async command({ name, args }, at) {
      if (name === 'siren') {
        const seconds = args.seconds as number;
        return { sounding: seconds > 0, until: at + seconds * 1000 };
      }
      if (name === 'announce') return { spoken_s: Math.max(1, Math.ceil((args.text as string).length / 4)) };
      throw reject('unknown-command', `a simulated alarm post does not know ${name}`);
    },
  }),
};
