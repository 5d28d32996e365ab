import { FeatureCollection, Installation } from '../../register/register.ts';
import { viewerOf } from '../auth.ts';
import type { Routes } from '../routes.ts';

const tags = ['installation'];
const bodyLimit = 33_554_432;

export const installation: Routes = (app, { register: { installation } }) => {
  app.get(
    '/api/installation',
    { config: { may: 'signed in' }, schema: { tags, summary: 'What this installation is called and where it lies', response: { 200: Installation } } },
    () => installation.get('installation'),
  );
  app.put(
    '/api/installation',
    { config: { may: 'edit-installation' }, schema: { tags, summary: 'Name and place the installation', body: Installation, response: { 200: Installation } } },
    (request) => installation.put(viewerOf(request), 'installation', request.body),
  );
  app.get(
    '/api/basemap',
    { config: { may: 'read' }, schema: { tags, summary: 'The map under everything: district, roads, river, labels', response: { 200: FeatureCollection } } },
    () => installation.get('basemap'),
  );
  app.put(
    '/api/basemap',
    { bodyLimit, config: { may: 'edit-installation' }, schema: { tags, summary: 'Set the base map', body: FeatureCollection, response: { 200: FeatureCollection } } },
    (request) => installation.put(viewerOf(request), 'basemap', request.body),
  );
};
