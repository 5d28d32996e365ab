import Type from 'typebox';
import { may } from '../../accounts/accounts.ts';
import { invalid, notFound, Refusal } from '../../refusal.ts';
import { Device, type DeviceFilter, DeviceInput, DevicePatch, type DeviceStatus, lifecycles, statuses } from '../../register/register.ts';
import { viewerOf } from '../auth.ts';
import { each, idParams, oneOrMany } from '../bodies.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['devices'];
const words = (description: string) => Type.Optional(Type.String({ maxLength: 4000, description: `${description}; several with commas` }));
const Filter = {
  kind: words('a kind'),
  class: words('a class code such as 0102'),
  grid: words('a grid'),
  site: words('a site'),
  department: words('authority, owner or maintainer'),
  agent: words('an agent'),
  lifecycle: words(lifecycles.join(', ')),
  status: words(statuses.join(', ')),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'part of an id, name, code or address' })),
};

/** What a technician may change (rights `service-devices`). */
const serviced = new Set(['lifecycle', 'position', 'baseline', 'addresses']);
/** A thousand devices with everything that may be said of them. */
const bodyLimit = 8_388_608;

export const devices: Routes = (app, { register }) => {
  app.get(
    '/api/devices',
    {
      config: { may: 'read' },
      schema: { tags, summary: 'Devices of the scope, in the order of registration', querystring: query({ ...Filter, ...paging() }), response: { 200: listOf(Device) } },
    },
    async (request) => {
      const { limit = 100, cursor, q, ...wanted } = request.query;
      const filter: DeviceFilter = {};
      for (const key of ['kind', 'class', 'grid', 'site', 'department', 'agent'] as const) if (wanted[key] !== undefined) filter[key] = wanted[key].split(',');
      if (wanted.lifecycle !== undefined) filter.lifecycle = among('lifecycle', wanted.lifecycle, lifecycles);
      if (wanted.status !== undefined) filter.status = among('status', wanted.status, statuses) as DeviceStatus[];
      if (q !== undefined) filter.q = q;
      const { items, next, total } = await register.devices.list(viewerOf(request).scope, filter, { limit, after: fromCursor(cursor, isWhole) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
  app.get('/api/devices/:id', { config: { may: 'read' }, schema: { tags, summary: 'A device', params: idParams('id'), response: { 200: Device } } }, async (request) => {
    const device = await register.devices.get(viewerOf(request).scope, request.params.id);
    if (!device) throw notFound('device');
    return device;
  });
  app.post(
    '/api/devices',
    {
      bodyLimit,
      config: { may: 'add-devices' },
      schema: {
        tags,
        summary: 'Register a device, or up to 1000',
        description: 'Needs `kind` alone; `lifecycle` is then planned. An array is taken whole or not at all, and answered by an array in its order.',
        body: oneOrMany(DeviceInput),
        response: { 201: oneOrMany(Device) },
      },
    },
    async (request, reply) => {
      const { inputs, many, place } = each<DeviceInput>(request.body);
      const made = await register.devices.create(viewerOf(request), inputs, place);
      return reply.code(201).send(many ? made : (made[0] as Device));
    },
  );
  app.patch(
    '/api/devices/:id',
    {
      config: { may: 'service-devices' },
      schema: {
        tags,
        summary: 'Change a device',
        description: `What is left out stays, null takes away. A technician may change ${[...serviced].join(', ')}.`,
        params: idParams('id'),
        body: DevicePatch,
        response: { 200: Device },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = request.params;
      if (!may(viewer, 'edit-devices')) {
        // Whether it exists is told only to who may see it.
        if (!(await register.devices.get(viewer.scope, id))) throw notFound('device');
        const others = Object.entries(request.body).filter(([key]) => !serviced.has(key));
        const allowed = `your role may change ${[...serviced].join(', ')}`;
        if (others.length > 0) {
          throw new Refusal(
            'forbidden',
            `Your role may not change ${others.map(([key]) => key).join(', ')}.`,
            {},
            others.map(([key, value]) => ({ key, value, allowed })),
          );
        }
      }
      return register.devices.patch(viewer, id, request.body);
    },
  );
};

function among(key: string, value: string, known: readonly string[]): string[] {
  const wanted = value.split(',');
  const wrong = wanted.find((word) => !known.includes(word));
  if (wrong !== undefined) throw invalid([{ key, value: wrong, allowed: `one of ${known.join(', ')}` }]);
  return wanted;
}
