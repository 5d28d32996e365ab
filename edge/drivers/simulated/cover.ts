/** A manhole cover: rocks a little under traffic, lies over damp air, may be lifted. */
import { reject } from '../../../devices/errors.ts';
import { cellPercent, cellVolts } from './battery.ts';
import { chance, drift, jitter, rounded, trait } from './chance.ts';
import type { PhysicsType } from './physics.ts';
import { airOf, dayMs, hourMs, trafficOf } from './sky.ts';

const degrees = 180 / Math.PI;
const overMm = 1500;

/** The three angles of a plane that leans by `tilt` degrees towards `heading` degrees. */
function anglesOf(tilt: number, heading: number) {
  const [t, h] = [tilt / degrees, heading / degrees];
  const angle = (sine: number) => rounded(Math.asin(Math.min(1, Math.max(-1, sine))) * degrees, 2);
  return { angle_x_deg: angle(Math.sin(t) * Math.cos(h)), angle_y_deg: angle(Math.sin(t) * Math.sin(h)), angle_z_deg: angle(Math.cos(t)) };
}

export const cover: PhysicsType = {
  kind: 'manhole-cover',
  acts: ['tilt', 'water', 'battery'],
  faults: [
    { act: 'tilt', values: [17, 70], for_s: [180, 1500] },
    { act: 'water', for_s: [600, 3600] },
  ],
  create: ({ seed, acting }) => ({
    values(at) {
      const tilt = acting('tilt');
      const water = acting('water');
      const lain = trait(seed, 'lain', 0, 1.2);
      // A wheel lifts an edge for less than a second: seldom more than a degree or two.
      const rocking = trafficOf(at) * 2.2 * chance(seed, 'wheel', Math.floor(at / 1000)) ** 4;
      const leans = tilt ? (tilt.value ?? 30) + 0.25 * jitter(seed, 'lifted', at) : lain + rocking;
      const celsius = 13 + 0.45 * (airOf(at - 3 * hourMs) - 13) + 0.4 * drift(seed, 'shaft', at, 4 * hourMs);
      const level = water ? overMm + 250 + 60 * drift(seed, 'flood', at, 60_000) : trait(seed, 'level', 20, 420) * (1 + 0.3 * drift(seed, 'level', at, dayMs / 3));
      const battery_v = acting('battery')?.value ?? cellVolts(seed, at, celsius);
      return {
        ...anglesOf(leans, trait(seed, 'heading', 0, 360)),
        water_level_mm: rounded(level, 0),
        water_over: level >= overMm,
        battery_v,
        battery_pct: cellPercent(battery_v),
        temperature_c: rounded(celsius, 1),
        rssi_dbm: rounded(trait(seed, 'rssi', -112, -72) + 3 * jitter(seed, 'rssi', at), 0),
        snr_db: rounded(trait(seed, 'snr', -2, 10) + 1.5 * jitter(seed, 'snr', at), 1),
      };
    },
    // Its commands are the agent's own: the interval and the baseline.
    command: async ({ name }) => {
      throw reject('unknown-command', `a simulated cover does not know ${name}`);
    },
  }),
};
