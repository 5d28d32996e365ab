/** What is asked in each row of the table: a request that is right in everything but perhaps in who makes it, and of whom. */
import { type Asker, addressOf, type Campuses, password, type Side, type Things } from './campuses.ts';

export interface Ask {
  path: string;
  body?: unknown;
}

/** `fresh`: it will succeed, and must not use up what the other rows ask for. */
type Asking = (at: { campuses: Campuses; side: Side; asker: Asker; fresh: boolean }) => Ask | Promise<Ask>;

const nothing: Things = {
  device: 'nothing',
  camera: 'nothing',
  agent: 'nothing',
  account: 'nothing',
  alert: 'nothing',
  case: 'nothing',
  photo: 'nothing',
  command: 'nothing',
  snapshot: 'nothing',
  token: 'nothing',
};
const thingsOf = (campuses: Campuses, side: Side): Things => (side === 'missing' ? nothing : campuses.things[side]);
const other = (side: Side) => (side === 'own' ? 'secret' : 'own');

/** A path that names one thing of the campus. */
const at =
  (path: (things: Things) => string, body?: unknown): Asking =>
  ({ campuses, side }) => ({ path: path(thingsOf(campuses, side)), ...(body === undefined ? {} : { body }) });
const plain =
  (path: string): Asking =>
  () => ({ path });
/** As `/api/devices?site=`: a filter on what is the campus's own. */
const among =
  (path: string): Asking =>
  ({ side }) => ({ path: path.replaceAll('{side}', side) });
const made =
  (path: string, body: object = {}): Asking =>
  ({ campuses, side }) => {
    const id = campuses.next(`${side}-new`);
    return { path, body: { id, name: id, ...body } };
  };

/** The place that an account's scope names, and the same of the other campus. */
function placeOf({ scope }: Asker, side: Side): object {
  if (scope !== null && 'department' in scope) return { department: `${side}-dept` };
  return scope !== null && 'grid' in scope ? { grid: `${side}-grid` } : { site: `${side}-school` };
}
const reported =
  (more: (side: Side, campuses: Campuses) => object): Asking =>
  ({ asker, side, campuses }) => ({ path: '/api/cases', body: { text: 'a case', ...placeOf(asker, 'own'), ...more(side, campuses) } });

const patched =
  (change: (side: Side, campuses: Campuses) => object): Asking =>
  async ({ campuses, side, fresh }) => {
    let id = thingsOf(campuses, side).device;
    if (fresh) {
      id = campuses.next('own-spare');
      await campuses.admin.post('/api/devices', { id, kind: 'alarm-post', site: 'own-school', grid: 'own-grid', departments: { maintainer: 'own-dept' } });
    }
    return { path: `/api/devices/${id}`, body: change(side, campuses) };
  };

const acted =
  (action: string): Asking =>
  async ({ campuses, side, fresh }) => {
    if (fresh && side !== 'missing') {
      const { id, version } = await campuses.caseFor(side, action);
      return { path: `/api/cases/${id}/actions`, body: { action, version } };
    }
    return { path: `/api/cases/${thingsOf(campuses, side).case}/actions`, body: { action, version: 2 } };
  };

const agentFor =
  (path: string): Asking =>
  async ({ campuses, side, fresh }) => {
    const id = fresh ? campuses.next('spare-gw') : thingsOf(campuses, side).agent;
    if (fresh) await campuses.admin.post('/api/agents', { id });
    return { path: path.replace('{id}', id) };
  };
const accountFor =
  (body?: object): Asking =>
  async ({ campuses, side, asker, fresh }) => {
    const name = fresh ? (await campuses.double(asker)).name : thingsOf(campuses, side).account;
    return { path: `/api/accounts/${name}`, ...(body ? { body } : {}) };
  };

const emptyMap = { type: 'FeatureCollection', features: [] };

export const asks: Record<string, Asking> = {
  'GET /': plain('/'),
  'GET /*': async ({ campuses }) => ({ path: /\/assets\/[^"]+\.js/.exec(await campuses.admin.get('/'))?.[0] ?? 'no script in the page' }),
  'GET /health': plain('/health'),
  'GET /metrics': plain('/metrics'),
  'GET /api/openapi.json': plain('/api/openapi.json'),
  'GET /api/asyncapi.json': plain('/api/asyncapi.json'),

  'POST /api/session': ({ asker }) => ({ path: '/api/session', body: { username: asker.name, password: asker.role ? password : 'a wrong password' } }),
  'GET /api/session': plain('/api/session'),
  'DELETE /api/session': plain('/api/session'),
  'PUT /api/session/password': () => ({ path: '/api/session/password', body: { old: password, new: `${password}-too` } }),
  'GET /api/tokens': plain('/api/tokens'),
  'POST /api/tokens': () => ({ path: '/api/tokens', body: { name: 'another' } }),
  "DELETE /api/tokens/{id} (own, another's)": async ({ campuses, side, asker, fresh }) => {
    const id = fresh ? (await asker.person.post('/api/tokens', { name: 'to be ended' })).id : thingsOf(campuses, side).token;
    return { path: `/api/tokens/${id}` };
  },

  'GET /api/accounts': plain('/api/accounts'),
  'POST /api/accounts': ({ campuses, side }) => ({
    path: '/api/accounts',
    body: { username: campuses.next(`${side}-person`), password, role: 'school', scope: { site: `${side}-school` } },
  }),
  'PATCH /api/accounts/{username}': accountFor({ role: 'viewer' }),
  'DELETE /api/accounts/{username}': accountFor(),

  'GET /api/devices': among('/api/devices?site={side}-school'),
  'GET /api/devices (looked for by a name)': among('/api/devices?q={side} '),
  'POST /api/devices': ({ campuses, side }) => ({ path: '/api/devices', body: { id: campuses.next(`${side}-new`), kind: 'alarm-post', site: `${side}-school` } }),
  'GET /api/devices/{id}': at(({ device }) => `/api/devices/${device}`),
  'PATCH /api/devices/{id} (position)': patched((side, campuses) => ({ position: campuses.centre(side) })),
  'PATCH /api/devices/{id} (name)': patched((side) => ({ name: `${side} of another name` })),
  'PATCH /api/devices/{id} (to another campus)': patched((side) => ({ site: `${other(side)}-school`, grid: `${other(side)}-grid` })),
  "PATCH /api/devices/{id} (to another's agent)": patched((side) => ({ agent: `${other(side)}-gw` })),
  "PATCH /api/devices/{id} (another's address)": patched(() => ({ addresses: [{ scheme: 'devEui', value: addressOf('secret') }] })),
  'GET /api/devices/{id}/telemetry': at(({ device }) => `/api/devices/${device}/telemetry`),
  'GET /api/map': ({ campuses, side }) => {
    const { lon, lat } = campuses.centre(side);
    return { path: `/api/map?box=${lon - 0.01},${lat - 0.01},${lon + 0.01},${lat + 0.01}&zoom=18` };
  },

  'GET /api/devices/{id}/commands': at(({ device }) => `/api/devices/${device}/commands`),
  'POST /api/devices/{id}/commands (an alarm post)': at(({ device }) => `/api/devices/${device}/commands`, { name: 'siren', args: { seconds: 1 } }),
  'POST /api/devices/{id}/commands (a camera)': at(({ camera }) => `/api/devices/${camera}/commands`, { name: 'snapshot' }),
  'GET /api/commands/{id}': at(({ command }) => `/api/commands/${command}`),
  'GET /api/commands/{id}/photo': at(({ snapshot }) => `/api/commands/${snapshot}/photo`),
  'POST /api/devices/{id}/photos': ({ campuses, side }) => {
    const { camera, snapshot } = thingsOf(campuses, side);
    return { path: `/api/devices/${camera}/photos`, body: campuses.form({ command: snapshot }) };
  },
  "POST /api/devices/{id}/photos (of another's device)": ({ campuses }) => {
    const { camera, snapshot } = thingsOf(campuses, 'secret');
    return { path: `/api/devices/${camera}/photos`, body: campuses.form({ command: snapshot }) };
  },

  'GET /api/alerts': among('/api/alerts?device={side}-post'),
  'GET /api/alerts/{id}': at(({ alert }) => `/api/alerts/${alert}`),
  ...Object.fromEntries(
    ['ack', 'resolve'].map((act): [string, Asking] => [
      `POST /api/alerts/{id}/${act}`,
      async ({ campuses, side, fresh }) => {
        const id = fresh && side !== 'missing' ? await campuses.firing(side) : thingsOf(campuses, side).alert;
        return { path: `/api/alerts/${id}/${act}`, body: { note: 'seen' } };
      },
    ]),
  ),

  'GET /api/cases': among('/api/cases?device={side}-post'),
  'GET /api/cases/summary': plain('/api/cases/summary'),
  'GET /api/cases/{id}': at((things) => `/api/cases/${things.case}`),
  'POST /api/cases (of a device)': ({ campuses, side }) => ({ path: '/api/cases', body: { text: 'a case', device: thingsOf(campuses, side).device } }),
  "POST /api/cases (of the scope's own place)": ({ asker, side }) => ({ path: '/api/cases', body: { text: 'a case', ...placeOf(asker, side) } }),
  "POST /api/cases (of it, in another's site)": reported((side) => ({ site: `${side}-school` })),
  "POST /api/cases (of it, in another's grid)": reported((side) => ({ grid: `${side}-grid` })),
  "POST /api/cases (of it, for another's department)": reported((side) => ({ department: `${side}-dept` })),
  'POST /api/cases (of it, at a position)': reported((side, campuses) => ({ position: campuses.centre(side) })),
  'POST /api/cases/{id}/photos': async ({ campuses, side }) => ({ path: `/api/cases/${thingsOf(campuses, side).case}/photos`, body: campuses.form({ role: 'other' }) }),
  'GET /api/cases/{id}/photos/{photo}': at((things) => `/api/cases/${things.case}/photos/${things.photo}`),
  'GET /api/cases/{id}/photos/{photo} (by its own case)': ({ campuses, side }) => ({
    path: `/api/cases/${campuses.things.own.case}/photos/${thingsOf(campuses, side === 'own' ? 'secret' : side).photo}`,
  }),
  ...Object.fromEntries(
    ['register', 'dispatch', 'accept', 'return', 'feedback', 'check', 'pass', 'rework', 'close', 'void', 'reopen', 'evaluate', 'note'].map((action) => [
      `POST /api/cases/{id}/actions (${action})`,
      acted(action),
    ]),
  ),

  'GET /api/agents': plain('/api/agents'),
  'POST /api/agents': made('/api/agents'),
  'POST /api/agents/{id}/token': agentFor('/api/agents/{id}/token'),
  'DELETE /api/agents/{id}': agentFor('/api/agents/{id}'),

  'GET /api/departments': plain('/api/departments'),
  'POST /api/departments': made('/api/departments'),
  'GET /api/grids': plain('/api/grids'),
  'POST /api/grids': made('/api/grids'),
  'GET /api/sites': plain('/api/sites'),
  'POST /api/sites': made('/api/sites'),

  'GET /api/installation': plain('/api/installation'),
  'PUT /api/installation': async ({ campuses }) => ({ path: '/api/installation', body: await campuses.admin.get('/api/installation') }),
  'GET /api/basemap': plain('/api/basemap'),
  'PUT /api/basemap': () => ({ path: '/api/basemap', body: emptyMap }),
  'GET /api/kinds': plain('/api/kinds'),
  'GET /api/rules': plain('/api/rules'),
  'GET /api/rules/{id}': plain('/api/rules/manhole-cover.tilt'),
  'PUT /api/rules/{id}': async ({ campuses }) => ({ path: '/api/rules/manhole-cover.tilt', body: await campuses.admin.get('/api/rules/manhole-cover.tilt') }),
  'GET /api/parked': plain('/api/parked'),
  'GET /api/audit': plain('/api/audit'),
};

/** What a list of the own campus must show: that nothing is hidden which should be seen. */
export const shows: Record<string, string> = {
  'GET /api/devices': 'own-post',
  'GET /api/devices (looked for by a name)': 'own-post',
  'GET /api/map': 'own-post',
  'GET /api/alerts': 'own-post',
  'GET /api/cases': 'own-post',
  'GET /api/agents': 'own-gw',
  'GET /api/departments': 'own-dept',
  'GET /api/grids': 'own-grid',
  'GET /api/sites': 'own-school',
};
/** Acts that end the session or token that asks, or make another: by one of its own. */
export const ending = new Set(['POST /api/session', 'DELETE /api/session']);
/** What changes the account itself. */
export const changing = 'PUT /api/session/password';
