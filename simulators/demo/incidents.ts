/** What goes wrong in the demo and when: a seeded day of incidents, for the simulated drivers to act out. */
import type { Device, District } from '../district/district.ts';
import type { Random } from '../random.ts';
import { demoSchool } from './accounts.ts';

/** One act of a simulated driver, `after_s` seconds after its agent's start. */
export interface PlannedAct {
  after_s: number;
  act: string;
  value?: number;
  for_s?: number;
  /** At each start of its agent; without it once ever. */
  repeat?: boolean;
}
/** Device → its acts. */
export type Plan = Map<string, PlannedAct[]>;

const minute = 60;
const hour = 60 * minute;
/** No incident is planned after so long. */
const horizon = 20 * 24 * hour;

interface Incident {
  act: string;
  kind: string;
  /** How often, beside the others. */
  weight: number;
  value?: (random: Random) => number;
  /** How long until it is put right, seconds; not for what happens in a moment. */
  for_s?: (random: Random) => number;
  /** Only devices of which this holds. */
  at?: (device: Device) => boolean;
}

const lasting = (low: number, high: number) => (random: Random) => Math.round(random.between(low, high) * minute);
const inSchool = (device: Device) => device.site !== null;

/** About 80 of 100 are small or middling, as on a calm day (screen.md 1.6). */
const incidents: readonly Incident[] = [
  { act: 'tilt', kind: 'manhole-cover', weight: 20, value: (random) => Math.round(random.between(16, 31) * 10) / 10, for_s: lasting(9, 35) },
  { act: 'tilt', kind: 'manhole-cover', weight: 5, value: (random) => Math.round(random.between(48, 83) * 10) / 10, for_s: lasting(12, 40) },
  {
    act: 'water',
    kind: 'manhole-cover',
    weight: 14,
    value: (random) => Math.round(random.between(1650, 2600)),
    for_s: lasting(15, 60),
    at: (device) => ['0102', '0103', '0104'].includes(device.class.code),
  },
  { act: 'battery', kind: 'manhole-cover', weight: 12, value: (random) => Math.round(random.between(3.12, 3.28) * 100) / 100, for_s: lasting(60, 240) },
  { act: 'lamp-fail', kind: 'streetlight', weight: 22, for_s: lasting(20, 90) },
  { act: 'cover-camera', kind: 'camera', weight: 6, for_s: lasting(5, 20) },
  { act: 'signal-lost', kind: 'camera', weight: 7, for_s: lasting(4, 25) },
  { act: 'moved', kind: 'camera', weight: 4, for_s: lasting(10, 30) },
  { act: 'silent', kind: 'manhole-cover', weight: 6, for_s: lasting(50, 110) },
  { act: 'held-open', kind: 'face-gate', weight: 3, for_s: lasting(2, 6), at: inSchool },
  { act: 'tamper', kind: 'alarm-post', weight: 1, at: inSchool },
];

export interface Pace {
  /** The first incident, seconds after the agents' start. */
  first_s: number;
  /** Between incidents, seconds. */
  between_s: readonly [number, number];
  /** Between presses of an SOS button at the demo's school, seconds. */
  sos_s: number;
}
export const calmDay: Pace = { first_s: 20, between_s: [4 * minute, 8 * minute], sos_s: 40 * minute };

/** Covers of the river road in the midst of the town, the nearest first: where a start's first incident is found by everybody. */
export function riversideCovers(district: District): Device[] {
  const on = district.devices.filter(
    (device) => device.kind === 'manhole-cover' && device.class.code === '0102' && device.lifecycle === 'in service' && device.name.startsWith('滨河路 '),
  );
  const away = ({ position }: Device) => Math.hypot((position.lon - district.center.lon) * 0.78, position.lat - district.center.lat);
  return on.sort((a, b) => away(a) - away(b)).slice(0, 20);
}

/** Incidents for a device of their kind, each device after all others of its kind have had one. */
class Pools {
  private readonly pools = new Map<Incident, { devices: Device[]; next: number }>();
  private readonly district: District;
  private readonly random: Random;

  constructor(district: District, random: Random) {
    this.district = district;
    this.random = random;
  }

  next(incident: Incident): Device {
    let pool = this.pools.get(incident);
    if (!pool) {
      const fit = this.district.devices.filter((device) => device.lifecycle === 'in service' && device.kind === incident.kind && (incident.at?.(device) ?? true));
      pool = { devices: this.random.shuffled(fit), next: 0 };
      this.pools.set(incident, pool);
    }
    return pool.devices[pool.next++ % pool.devices.length] as Device;
  }
}

/** Incidents for twenty days. Each start of the demo, counted from 1, has others: the alert of the last one's first may be open still. */
export function planIncidents(district: District, random: Random, start: number, pace: Pace = calmDay): Plan {
  const plan: Plan = new Map();
  const add = (device: Device, act: PlannedAct) => plan.set(device.id, [...(plan.get(device.id) ?? []), act]);
  const riverside = riversideCovers(district);
  add(riverside[(start - 1) % riverside.length] as Device, { after_s: pace.first_s, act: 'tilt', value: 22.7, for_s: 14 * minute, repeat: true });

  const pools = new Pools(district, random);
  const choices = incidents.map((incident) => [incident, incident.weight] as const);
  for (let at = pace.first_s + random.between(...pace.between_s); at < horizon; at += random.between(...pace.between_s)) {
    const incident = random.weighted(choices);
    const { act, value, for_s } = incident;
    add(pools.next(incident), { after_s: Math.round(at), act, ...(value ? { value: value(random) } : {}), ...(for_s ? { for_s: for_s(random) } : {}) });
  }

  const posts = random.shuffled(district.devices.filter((device) => device.kind === 'alarm-post' && device.site === demoSchool));
  for (let k = 0; (k + 0.5) * pace.sos_s < horizon; k++) add(posts[k % posts.length] as Device, { after_s: Math.round((k + 0.5) * pace.sos_s), act: 'sos' });
  return plan;
}
