import Type from 'typebox';
import { invalid } from '../../refusal.ts';
import { MapAnswer } from '../../register/register.ts';
import { viewerOf } from '../auth.ts';
import { query } from '../lists.ts';
import type { Routes } from '../routes.ts';

const boxAllowed = 'west,south,east,north in degrees, west < east, south < north';

export const map: Routes = (app, { register }) => {
  app.get(
    '/api/map',
    {
      config: { may: 'read' },
      schema: {
        tags: ['map'],
        summary: 'What stands in a box, alone or in clusters by worst status, of the scope',
        description: 'A zoom too fine for what the box holds is answered by clusters.',
        querystring: query({
          box: Type.String({ maxLength: 200, description: boxAllowed }),
          zoom: Type.Number({ minimum: 0, maximum: 24, description: 'the zoom of the map, 0 to 24' }),
          kind: Type.Optional(Type.String({ maxLength: 500, description: 'devices of these kinds alone; several with commas, `none` for not one' })),
        }),
        response: { 200: MapAnswer },
      },
    },
    async (request) => {
      const { box, zoom } = request.query;
      const parts = box.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
      const [west, south, east, north] = parts as [number, number, number, number];
      if (parts.length !== 4 || !parts.every(Number.isFinite) || west >= east || south >= north) throw invalid([{ key: 'box', value: box, allowed: boxAllowed }]);
      return register.map.within(viewerOf(request).scope, [west, south, east, north], zoom, request.query.kind === undefined ? null : request.query.kind.split(','));
    },
  );
};
