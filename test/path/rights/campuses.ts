/** Two campuses on one installation, alike in everything, and an account of each role for the whole of it and for one campus. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { jpegOf } from '../../kit/pictures.ts';
import { Cloud, Person, publish, until } from '../../kit/product.ts';

/** `secret`: whatever belongs to the other campus has this word in its id or name. `missing`: ids that there are not. */
export type Side = 'own' | 'secret' | 'missing';
type Campus = Exclude<Side, 'missing'>;
export type Shown = 'session' | 'API token';

/** Of its camera, where nobody asks it. */
export const addressOf = (side: Side): string => (side === 'own' ? 'aaaaaaaaaaaaaaaa' : 'bbbbbbbbbbbbbbbb');
export const password = 'a-long-password';
const centre = { own: { lon: 114.2, lat: 36.42 }, secret: { lon: 114.3, lat: 36.52 } };
const ring = ({ lon, lat }: { lon: number; lat: number }) =>
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ].map(([x = 0, y = 0]) => [lon + x * 0.003, lat + y * 0.003]);

const everywhere = ['administrator', 'dispatcher', 'handler', 'gridworker', 'technician', 'viewer'] as const;
const scopes = {
  administrator: { site: 'own-school' },
  dispatcher: { department: 'own-dept' },
  handler: { department: 'own-dept' },
  gridworker: { grid: 'own-grid' },
  technician: { site: 'own-school' },
  school: { site: 'own-school' },
  viewer: { grid: 'own-grid' },
} as const;
type Role = keyof typeof scopes;
type Scope = { all: true } | (typeof scopes)[Role];

/** Who asks: somebody with a role and a scope, an agent or a bridge (`role` null), or nobody. */
export interface Asker {
  name: string;
  role: Role | null;
  scope: Scope | null;
  person: Person;
}

/** What there is of one campus. */
export interface Things {
  device: string;
  camera: string;
  agent: string;
  account: string;
  alert: string;
  case: string;
  photo: string;
  /** A siren that waits for its agent, and a snapshot whose picture has come. */
  command: string;
  snapshot: string;
  token: string;
}

export class Campuses {
  readonly cloud: Cloud;
  readonly things = {} as Record<Campus, Things>;
  admin!: Person;
  readonly tokens: Record<string, string> = {};
  readonly #askers: Record<Shown, Asker[]> = { session: [], 'API token': [] };
  #picture!: Buffer;
  #last = 0;

  constructor(env: Record<string, string> = {}) {
    this.cloud = new Cloud(env);
  }

  async open(): Promise<this> {
    await this.openUnpeopled();
    for (const role of everywhere) await this.#employ(`${role}-of-all`, role, { all: true });
    for (const [role, scope] of Object.entries(scopes)) await this.#employ(role, role as Role, scope);
    return this;
  }

  /** Without the accounts of the table's columns: a password takes its time. */
  async openUnpeopled(): Promise<this> {
    await this.cloud.start();
    this.admin = await this.cloud.signIn();
    this.#picture = await jpegOf(32, 24);
    for (const side of ['own', 'secret'] as const) await this.#build(side);
    this.tokens.bridge = (await this.admin.post('/api/agents', { id: 'bridge', name: 'a bridge', role: 'bridge' })).token;
    return this;
  }

  async close(): Promise<void> {
    await this.cloud.remove();
  }

  /** In the order of the table's columns. */
  askers(shown: Shown): Asker[] {
    const strangers = { nobody: undefined, agent: this.tokens['own-gw'], bridge: this.tokens.bridge };
    return [
      ...Object.entries(strangers).map(([name, token]): Asker => ({ name, role: null, scope: null, person: new Person(this.cloud.base, '', token) })),
      ...this.#askers[shown],
    ];
  }

  /** A name that nothing else has. */
  next(what: string): string {
    return `${what}-${++this.#last}`;
  }

  centre(side: Side): { lon: number; lat: number } {
    return side === 'secret' ? centre.secret : centre.own;
  }

  form(fields: Record<string, string>): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(this.#picture)], { type: 'image/jpeg' }), 'a.jpg');
    return form;
  }

  /** The same once more, by a session or token of its own: for acts that end it. */
  async again(asker: Asker, shown: Shown): Promise<Asker> {
    const person = await this.cloud.signIn(asker.name, password);
    return { ...asker, person: shown === 'session' ? person : await this.#script(person) };
  }

  /** Another account with the same rights, which may be changed. */
  async double({ name, role, scope, person }: Asker): Promise<Asker> {
    const username = this.next(name);
    await this.admin.post('/api/accounts', { username, password, role, scope });
    return { name: username, role, scope, person };
  }

  /** An SOS of the campus that fires: the same one, or another where people have ended it. */
  async firing(side: Campus): Promise<string> {
    const path = `/api/alerts?state=firing&device=${side}-post`;
    const found = (await this.admin.get(path)).items[0];
    if (found) return found.id;
    await this.say(side, `${side}-post/event`, { id: this.next(`${side}-sos`), ts: Date.now(), kind: 'sos' });
    return until('an alert fires', async () => (await this.admin.get(path)).items[0]?.id);
  }

  /** Its gateway comes, says this below its own prefix, and goes. */
  async say(side: Campus, topic: string, payload: object): Promise<void> {
    const agent = await this.cloud.connect(`${side}-gw`, this.tokens[`${side}-gw`] as string);
    await publish(agent, `gw/v1/${side}-gw/${topic}`, payload);
    await agent.endAsync();
  }

  /** A new case of the campus that the administrator has brought where `action` may be done, with its present version. */
  async caseFor(side: Campus, action: string): Promise<{ id: string; version: number }> {
    const { id } = await this.admin.post('/api/cases', { text: `${side} case`, device: `${side}-post` });
    let version = 1;
    for (const before of waysTo[action] ?? []) {
      if (before === 'photos') for (const role of ['before', 'after']) await this.admin.post(`/api/cases/${id}/photos`, this.form({ role }));
      else version = (await this.admin.post(`/api/cases/${id}/actions`, { action: before, version })).version;
    }
    return { id, version };
  }

  /** Words of the other campus in an answer that the asker has not said; whoever is of one campus must be told none. */
  leaks(answer: string, said: string): string[] {
    const names = ['department', 'grid', 'worker', 'school', 'gateway', 'post', 'camera', 'cover', 'token'].map((what) => `secret ${what}`);
    const ids = [...Object.values(this.things.secret), ...['dept', 'grid', 'school', 'cover', 'new', 'sos'].map((what) => `secret-${what}`)];
    return [...names, ...ids].filter((word) => answer.includes(word) && !said.includes(word));
  }

  /** Everything that people have in the databases, and the photos: what a refused act must leave as it was. Sessions move on by being used. */
  state(): Record<string, string> {
    const state: Record<string, string> = {};
    for (const [file, left] of [
      ['desk.db', ['sessions', 'outbox', 'live_versions']],
      ['rules.db', null],
    ] as const) {
      const db = new Database(join(this.cloud.folder, 'data', file), { readonly: true });
      const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all() as string[];
      for (const table of left === null ? ['alerts'] : tables.filter((name) => !(left as readonly string[]).includes(name)))
        state[`${file} ${table}`] = createHash('sha256')
          .update(JSON.stringify(db.prepare(`select * from "${table}"`).all()))
          .digest('hex');
      db.close();
    }
    state.photos = readdirSync(join(this.cloud.folder, 'data/photos'), { recursive: true }).sort().join();
    return state;
  }

  async #build(side: Campus): Promise<void> {
    const { admin } = this;
    const at = centre[side];
    await admin.post('/api/departments', { id: `${side}-dept`, name: `${side} department` });
    await admin.post('/api/grids', { id: `${side}-grid`, name: `${side} grid`, worker: `${side} worker`, polygon: ring(at) });
    await admin.post('/api/sites', { id: `${side}-school`, name: `${side} school`, polygon: ring(at) });
    this.tokens[`${side}-gw`] = (await admin.post('/api/agents', { id: `${side}-gw`, name: `${side} gateway` })).token;
    const device = (id: string, kind: string) => ({
      id: `${side}-${id}`,
      name: `${side} ${id}`,
      kind,
      agent: `${side}-gw`,
      site: `${side}-school`,
      grid: `${side}-grid`,
      departments: { maintainer: `${side}-dept` },
      lifecycle: 'in service',
      position: at,
    });
    await admin.post('/api/devices', [
      device('post', 'alarm-post'),
      { ...device('camera', 'camera'), addresses: [{ scheme: 'devEui', value: addressOf(side) }] },
      device('cover', 'manhole-cover'),
    ]);
    await admin.post('/api/accounts', { username: `${side}-account`, password, role: 'school', scope: { site: `${side}-school` } });
    const account = await this.cloud.signIn(`${side}-account`, password);
    const alert = await this.firing(side);
    const { case: opened } = await until('the alert has its case', async () => {
      const found = await admin.get(`/api/alerts/${alert}`);
      return found.case !== null && found;
    });
    const expires = Date.now() + 86_400_000;
    const siren = await admin.post(`/api/devices/${side}-post/commands`, { name: 'siren', args: { seconds: 1 }, expires });
    const snapshot = await admin.post(`/api/devices/${side}-camera/commands`, { name: 'snapshot', expires });
    await new Person(this.cloud.base, '', this.tokens[`${side}-gw`]).post(`/api/devices/${side}-camera/photos`, this.form({ command: snapshot.id }));
    const photo = await admin.post(`/api/cases/${opened}/photos`, this.form({ role: 'other' }));
    this.things[side] = {
      device: `${side}-post`,
      camera: `${side}-camera`,
      agent: `${side}-gw`,
      account: `${side}-account`,
      alert,
      case: opened,
      photo: photo.id,
      command: siren.id,
      snapshot: snapshot.id,
      token: (await account.post('/api/tokens', { name: `${side} token` })).id,
    };
  }

  async #employ(name: string, role: Role, scope: Scope): Promise<void> {
    await this.admin.post('/api/accounts', { username: name, password, role, scope });
    const person = await this.cloud.signIn(name, password);
    this.#askers.session.push({ name, role, scope, person });
    this.#askers['API token'].push({ name, role, scope, person: await this.#script(person) });
  }

  async #script(person: Person): Promise<Person> {
    return new Person(person.base, '', (await person.post('/api/tokens', { name: 'a script' })).token);
  }
}

/** What the administrator does with a new case before each action. */
const dispatched = ['register', 'dispatch'];
const handed = [...dispatched, 'accept', 'feedback'];
const waysTo: Record<string, readonly string[]> = {
  dispatch: ['register'],
  accept: dispatched,
  return: dispatched,
  feedback: [...dispatched, 'accept'],
  check: handed,
  rework: handed,
  pass: [...handed, 'check', 'photos'],
  close: [...handed, 'check', 'photos', 'pass'],
  evaluate: [...handed, 'check', 'photos', 'pass', 'close'],
  reopen: ['void'],
};
