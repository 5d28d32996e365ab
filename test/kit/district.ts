import { type Actor, type DeviceInput, type Register, system } from '../../cloud/register/register.ts';

/** Departments, grids, sites, an agent and a bridge, and a device of each kind. */
export async function smallDistrict(register: Register, actor: Actor = system): Promise<void> {
  const index = (i: number) => `[${i}].`;
  await register.places.create(
    actor,
    'departments',
    ['dept-drainage', 'dept-power', 'dept-police'].map((id) => ({ id, name: id })),
    index,
  );
  await register.places.create(
    actor,
    'grids',
    ['grid-1', 'grid-2'].map((id) => ({ id, name: id })),
    index,
  );
  await register.places.create(
    actor,
    'sites',
    ['school-1', 'school-2'].map((id) => ({ id, name: id })),
    index,
  );
  await register.agents.create(actor, { id: 'gw-1' });
  await register.agents.create(actor, { id: 'gw-2' });
  await register.agents.create(actor, { id: 'lora', role: 'bridge' });
  const device = (id: string, kind: string, over: Partial<DeviceInput> = {}): DeviceInput =>
    ({
      id,
      kind,
      agent: 'gw-1',
      grid: 'grid-1',
      lifecycle: 'in service',
      position: { lon: 114.49, lat: 36.6 },
      departments: { maintainer: 'dept-drainage' },
      ...over,
    }) as DeviceInput;
  await register.devices.create(
    actor,
    [
      device('cover-1', 'manhole-cover'),
      device('cover-2', 'manhole-cover', { grid: 'grid-2', agent: 'gw-2' }),
      device('cover-lora', 'manhole-cover', { agent: 'lora' }),
      device('lamp-1', 'streetlight', { departments: { maintainer: 'dept-power', owner: 'dept-drainage' } }),
      device('post-1', 'alarm-post', { site: 'school-1', departments: { maintainer: 'dept-police' } }),
      device('post-2', 'alarm-post', { site: 'school-2', departments: { maintainer: 'dept-police' } }),
      device('camera-1', 'camera', { departments: { maintainer: 'dept-police' } }),
      device('loose-1', 'streetlight', { agent: null, departments: {} }),
    ],
    index,
  );
}
