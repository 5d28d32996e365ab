/** A device between its row in desk.db, its shape at the API, and the facts that the path must know. */
import type { Insertable, Selectable } from 'kysely';
import type { DeviceTable } from '../desk/desk.ts';
import type { DeviceFacts } from '../ingest/ingest.ts';
import type { Latest } from '../threads/threads.ts';
import type { Device, DeviceInput, DevicePatch, DeviceStatus } from './device.ts';

export type DeviceRow = Selectable<DeviceTable>;
export type NewDeviceRow = Insertable<DeviceTable>;
/** What people say of a device, whole. */
export type Described = Omit<Device, 'status' | 'latest'>;
export type Former = DeviceFacts['former'];

/** Former agents that are remembered of a device, newest last. */
const formerKept = 10;

export const describe = (input: DeviceInput, id: string): Described => ({
  id,
  kind: input.kind,
  class: input.class ?? null,
  name: input.name ?? null,
  position: input.position ?? null,
  site: input.site ?? null,
  grid: input.grid ?? null,
  departments: { authority: null, owner: null, maintainer: null, ...input.departments },
  agent: input.agent ?? null,
  codes: input.codes ?? [],
  addresses: input.addresses ?? [],
  baseline: input.baseline ?? null,
  model: input.model ?? null,
  interval_s: input.interval_s ?? null,
  lifecycle: input.lifecycle ?? 'planned',
  simulated: input.simulated ?? false,
});

export const patched = (before: Described, patch: DevicePatch): Described => ({ ...before, ...patch, departments: { ...before.departments, ...patch.departments } });

/** A device that moves remembers whom it leaves, and when. */
export function formerAfter(former: Former, before: string | null, after: string | null, now: number): Former {
  if (before === after || before === null) return former;
  return [...former.filter(({ agent }) => agent !== before && agent !== after), { agent: before, until: now }].slice(-formerKept);
}

export function rowOf(device: Described, former: Former, created: number, changed: number): NewDeviceRow {
  return {
    id: device.id,
    kind: device.kind,
    class_scheme: device.class?.scheme ?? null,
    class_code: device.class?.code ?? null,
    name: device.name,
    lon: device.position?.lon ?? null,
    lat: device.position?.lat ?? null,
    site: device.site,
    grid: device.grid,
    authority: device.departments.authority,
    owner: device.departments.owner,
    maintainer: device.departments.maintainer,
    agent: device.agent,
    codes: JSON.stringify(device.codes),
    addresses: JSON.stringify(device.addresses),
    baseline: device.baseline === null ? null : JSON.stringify(device.baseline),
    model: device.model,
    interval_s: device.interval_s,
    lifecycle: device.lifecycle,
    simulated: device.simulated ? 1 : 0,
    former: JSON.stringify(former),
    created,
    changed,
  };
}

export function describedOf(row: Omit<DeviceRow, 'slot' | 'former' | 'created' | 'changed'>): Described {
  return {
    id: row.id,
    kind: row.kind,
    class: row.class_scheme === null || row.class_code === null ? null : { scheme: row.class_scheme, code: row.class_code },
    name: row.name,
    position: row.lon === null || row.lat === null ? null : { lon: row.lon, lat: row.lat },
    site: row.site,
    grid: row.grid,
    departments: { authority: row.authority, owner: row.owner, maintainer: row.maintainer },
    agent: row.agent,
    codes: JSON.parse(row.codes) as Described['codes'],
    addresses: JSON.parse(row.addresses) as Described['addresses'],
    baseline: row.baseline === null ? null : (JSON.parse(row.baseline) as Described['baseline']),
    model: row.model,
    interval_s: row.interval_s,
    lifecycle: row.lifecycle as Described['lifecycle'],
    simulated: row.simulated === 1,
  };
}

export const deviceOf = (described: Described, status: DeviceStatus, latest: Latest | undefined): Device => ({ ...described, status, latest: latest ?? null });

export const factsOf = (device: Described, former: Former): DeviceFacts => ({
  id: device.id,
  kind: device.kind,
  agent: device.agent,
  former,
  lifecycle: device.lifecycle,
  grid: device.grid,
  site: device.site,
  departments: device.departments,
  addresses: device.addresses,
  baseline: device.baseline,
  model: device.model,
  interval_s: device.interval_s,
  simulated: device.simulated,
});
