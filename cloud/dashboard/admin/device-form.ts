import { type Device, type Lifecycle, lifecycles } from '../app/shapes.ts';

/** A device as a form holds it: every field a text. Pure. */
export interface DeviceForm {
  kind: string;
  id: string;
  name: string;
  classCode: string;
  code: string;
  lon: string;
  lat: string;
  grid: string;
  site: string;
  authority: string;
  owner: string;
  maintainer: string;
  agent: string;
  model: string;
  interval: string;
  addresses: { scheme: string; value: string }[];
  baseline: { x: string; y: string; z: string };
  lifecycle: Lifecycle;
}
const scheme = 'gbt30428.2';

export function formOf(device: Device | null, kind: string): DeviceForm {
  const baseline = device?.baseline;
  return {
    kind: device?.kind ?? kind,
    id: device?.id ?? '',
    name: device?.name ?? '',
    classCode: device?.class?.code ?? '',
    code: device?.codes.find((code) => code.scheme === scheme)?.value ?? '',
    lon: device?.position ? String(device.position.lon) : '',
    lat: device?.position ? String(device.position.lat) : '',
    grid: device?.grid ?? '',
    site: device?.site ?? '',
    authority: device?.departments.authority ?? '',
    owner: device?.departments.owner ?? '',
    maintainer: device?.departments.maintainer ?? '',
    agent: device?.agent ?? '',
    model: device?.model ?? '',
    interval: device?.interval_s ? String(device.interval_s) : '',
    addresses: (device?.addresses ?? []).map((address) => ({ ...address })),
    baseline: baseline ? { x: String(baseline.angle_x_deg), y: String(baseline.angle_y_deg), z: String(baseline.angle_z_deg) } : { x: '', y: '', z: '' },
    lifecycle: device?.lifecycle ?? lifecycles[0],
  };
}

const blank = (text: string): boolean => text.trim() === '';
/** NaN where it is no number. */
const numberOf = (text: string): number => (blank(text) ? Number.NaN : Number(text.trim().replace('−', '-')));
const orNull = (text: string): string | null => text.trim() || null;

/** The keys whose numbers cannot be read. */
export function unreadable(form: DeviceForm): string[] {
  const wrong: string[] = [];
  const some = (...texts: string[]) => texts.some((text) => !blank(text));
  const bad = (...texts: string[]) => texts.some((text) => !Number.isFinite(numberOf(text)));
  if (some(form.lon, form.lat) && bad(form.lon, form.lat)) wrong.push('position');
  if (some(form.interval) && bad(form.interval)) wrong.push('interval_s');
  const { x, y, z } = form.baseline;
  if (some(x, y, z) && bad(x, y, z)) wrong.push('baseline');
  return wrong;
}

/** What the form says, as the cloud takes it; null takes away. */
function said(form: DeviceForm, before: Device | null): Record<string, unknown> {
  const others = (before?.codes ?? []).filter((code) => code.scheme !== scheme);
  const { x, y, z } = form.baseline;
  return {
    name: orNull(form.name),
    class: blank(form.classCode) ? null : { scheme: before?.class?.scheme ?? scheme, code: form.classCode.trim() },
    position: blank(form.lon) ? null : { lon: numberOf(form.lon), lat: numberOf(form.lat) },
    grid: orNull(form.grid),
    site: orNull(form.site),
    departments: { authority: orNull(form.authority), owner: orNull(form.owner), maintainer: orNull(form.maintainer) },
    agent: orNull(form.agent),
    codes: [...(blank(form.code) ? [] : [{ scheme, value: form.code.trim() }]), ...others],
    addresses: form.addresses
      .filter((address) => !blank(address.scheme) || !blank(address.value))
      .map((address) => ({ scheme: address.scheme.trim(), value: address.value.trim() })),
    baseline: blank(x) ? null : { angle_x_deg: numberOf(x), angle_y_deg: numberOf(y), angle_z_deg: numberOf(z) },
    model: orNull(form.model),
    interval_s: blank(form.interval) ? null : numberOf(form.interval),
    lifecycle: form.lifecycle,
  };
}

/** The body of POST /api/devices: what was left empty is left out. */
export function inputOf(form: DeviceForm): Record<string, unknown> {
  const { departments, ...rest } = said(form, null) as { departments: Record<string, string | null> } & Record<string, unknown>;
  const given = Object.entries(rest).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
  const named = Object.entries(departments).filter(([, value]) => value !== null);
  return {
    kind: form.kind,
    ...(blank(form.id) ? {} : { id: form.id.trim() }),
    ...Object.fromEntries(given),
    ...(named.length > 0 ? { departments: Object.fromEntries(named) } : {}),
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
/** The body of PATCH /api/devices/{id}: only what was changed. */
export function patchOf(form: DeviceForm, before: Device): Record<string, unknown> {
  const then = said(formOf(before, before.kind), before);
  const patch = Object.fromEntries(Object.entries(said(form, before)).filter(([key, value]) => !same(value, then[key])));
  if (patch.departments) {
    const was = then.departments as Record<string, unknown>;
    patch.departments = Object.fromEntries(Object.entries(patch.departments as Record<string, unknown>).filter(([key, value]) => value !== was[key]));
  }
  return patch;
}
