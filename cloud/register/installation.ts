/** What this installation is called and where it lies, and the map under everything. */
import Type, { type Static } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import { audit, type Desk } from '../desk/desk.ts';
import type { Actor } from './devices.ts';
import type { FeatureCollection } from './places.ts';

const strict = { additionalProperties: false };
const text = Type.String({ maxLength: 100, description: 'at most 100 characters' });

const Position = Type.Object({ lon: Type.Number({ minimum: -180, maximum: 180 }), lat: Type.Number({ minimum: -90, maximum: 90 }) }, strict);

/** `demo`: made of simulated devices, and marked so. `division`: GB/T 2260, six digits. */
export const Installation = Type.Object(
  {
    name: Type.Object({ zh: text, en: text }, strict),
    demo: Type.Boolean(),
    /** WGS-84; null until somebody says where it is. */
    center: Type.Union([Position, Type.Null()], { description: 'null, or WGS-84 degrees: lon, lat' }),
    division: Type.Union([Type.String({ pattern: '^\\d{6}$' }), Type.Null()], { description: 'six digits (GB/T 2260), or null' }),
  },
  strict,
);
export type Installation = Static<typeof Installation>;

interface Documents {
  installation: Installation;
  basemap: FeatureCollection;
}
const empty: Documents = {
  installation: { name: { zh: '城市网格', en: 'Gridwarden' }, demo: false, center: null, division: null },
  basemap: { type: 'FeatureCollection', features: [] },
};

export class InstallationStore {
  readonly #deps: { desk: Desk; clock: Clock };

  constructor(deps: { desk: Desk; clock: Clock }) {
    this.#deps = deps;
  }

  async get<K extends keyof Documents>(key: K): Promise<Documents[K]> {
    const row = await this.#deps.desk.read.selectFrom('documents').select('value').where('key', '=', key).executeTakeFirst();
    return row ? (JSON.parse(row.value) as Documents[K]) : empty[key];
  }

  async put<K extends keyof Documents>(actor: Actor, key: K, document: Documents[K]): Promise<Documents[K]> {
    const value = JSON.stringify(document);
    await this.#deps.desk.act(async (trx) => {
      await trx
        .insertInto('documents')
        .values({ key, value })
        .onConflict((on) => on.column('key').doUpdateSet({ value }))
        .execute();
      await audit(trx, { at: this.#deps.clock.now(), by: actor.username, action: 'change', subject: key });
    });
    return document;
  }
}
