/** The store of cases. Reads take the scope of whoever asks and apply it; every change is one transaction, and told after its commit. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import { newUlid } from '../../devices/ids.ts';
import type { Logger } from '../../devices/log.ts';
import type { Viewer } from '../accounts/accounts.ts';
import { dayOf } from '../civil-time.ts';
import type { Desk, Trx } from '../desk/desk.ts';
import type { KeptPicture } from '../photos/photos.ts';
import { conflict, invalid, notFound } from '../refusal.ts';
import { isOn, missing, positionErrorM, type Register } from '../register/register.ts';
import { inScope, type Placed, type Scope } from '../scope.ts';
import type { Outgoing } from '../threads/threads.ts';
import { acted, type CaseAct, mustBeOpen } from './acting.ts';
import { type CaseRecord, type PhotoRecord, placedOf } from './case.ts';
import { openWanted } from './opening.ts';
import { type CaseInput, reported } from './reported.ts';
import { columnsOf, numberOf, putDepartments, recordOf, scoped, takeNumbers } from './rows.ts';
import { isOpen, type Stage, stages } from './steps.ts';

export interface CasesDeps {
  desk: Desk;
  clock: Clock;
  log: Logger;
  /** `GW_TIMEZONE`. */
  timezone: string;
  register: Pick<Register, 'devices' | 'installation' | 'places' | 'visible'>;
}

export interface CaseFilter {
  stage?: readonly Stage[];
  department?: readonly string[];
  device?: readonly string[];
}

/** A case as it is now, and where it was placed before; null: it is new. */
export interface CaseChange {
  record: CaseRecord;
  before: Placed | null;
}
export type CaseWanted = Extract<Outgoing, { type: 'case-wanted' }>;

const maxPhotos = 200;
/** Before an administrator has said which division this is. */
const noDivision = '000000';

export class Cases {
  readonly #deps: CasesDeps;
  readonly #listeners = new Set<(changed: CaseChange[]) => void>();

  constructor(deps: CasesDeps) {
    this.#deps = deps;
  }

  /** Told after the commit, in the order of the commits. Returns what ends the telling. */
  onChange(listener: (changed: CaseChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Newest first; `after` and `next` are places in it. */
  async list(scope: Scope, filter: CaseFilter, page: { limit: number; after?: number | undefined }): Promise<{ items: CaseRecord[]; next: number | null; total: number }> {
    const among = (column: 'stage' | 'department' | 'device', values: readonly string[] | undefined): RawBuilder<SqlBool> | undefined =>
      values && sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
    const conditions = [scoped(scope), among('stage', filter.stage), among('department', filter.department), among('device', filter.device)].filter((one) => one !== undefined);
    const of = this.#deps.desk.read.selectFrom('cases').where((where) => where.and(conditions));
    const { total } = await of.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const rows = await of
      .select(['n', 'body'])
      .$if(page.after !== undefined, (all) => all.where('n', '<', page.after as number))
      .orderBy('n', 'desc')
      .limit(page.limit + 1)
      .execute();
    const shown = rows.slice(0, page.limit);
    return { items: shown.map(recordOf), next: rows.length > page.limit ? (shown.at(-1)?.n ?? null) : null, total };
  }

  /** undefined: there is none, or it is out of scope. */
  async get(scope: Scope, id: string): Promise<CaseRecord | undefined> {
    const row = await this.#deps.desk.read.selectFrom('cases').select('body').where('id', '=', id).executeTakeFirst();
    const record = row && recordOf(row);
    return record && inScope(scope, placedOf(record)) ? record : undefined;
  }

  /** How many there are of each stage. */
  async summary(scope: Scope): Promise<Record<Stage, number>> {
    const rows = await this.#deps.desk.read
      .selectFrom('cases')
      .select(['stage', (e) => e.fn.countAll<number>().as('count')])
      .where(scoped(scope))
      .groupBy('stage')
      .execute();
    const counts = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
    for (const { stage, count } of rows) counts[stage as Stage] = count;
    return counts;
  }

  /** All that are open, for the live view. */
  async open(): Promise<CaseRecord[]> {
    return (await this.#deps.desk.read.selectFrom('cases').select('body').where('stage', 'not in', ['closed', 'void']).orderBy('n').execute()).map(recordOf);
  }

  /** A person opens one. Throws `invalid` for what does not exist or is not theirs. */
  async create(viewer: Viewer, input: CaseInput): Promise<CaseRecord> {
    const { desk, clock, register } = this.#deps;
    const facts = input.device === undefined ? undefined : await register.devices.facts(viewer.scope, input.device);
    const glance = facts && register.devices.glance(facts.id);
    if (input.device !== undefined && !(facts && glance)) throw invalid([{ key: 'device', value: input.device, allowed: 'the id of a device that you may see' }]);
    const now = clock.now();
    const device = facts && glance ? { ...glance, maintainer: facts.departments.maintainer, simulated: facts.simulated } : null;
    const draft = reported(input, device, viewer, now);
    if (input.position) await this.#mustLieIn(viewer.scope, draft, input.position);
    const day = await this.#day(now);
    return desk.act(async (trx, _follow, committed) => {
      for (const what of ['grid', 'site', 'department'] as const) await mustExist(trx, what, input[what], register.visible(what, viewer.scope));
      const record = { ...draft, number: numberOf(day, await takeNumbers(trx, day, 1)) };
      const { n } = await trx.insertInto('cases').values(columnsOf(record)).returning('n').executeTakeFirstOrThrow();
      await putDepartments(
        trx,
        record.departments.map((department) => ({ case_n: n, department })),
      );
      committed(() => this.#tell([{ record, before: null }]));
      return record;
    });
  }

  /** The only way a case moves. Throws `not-found`, `forbidden`, `invalid`, or `conflict` with `legal` and the present `version`. */
  async act(viewer: Viewer, id: string, act: CaseAct): Promise<CaseRecord> {
    const { clock } = this.#deps;
    return this.#change(viewer.scope, id, async (record, trx, follow) => {
      if (act.department !== undefined && act.action !== 'dispatch') throw invalid([{ key: 'department', value: act.department, allowed: 'goes with dispatch alone' }]);
      await mustExist(trx, 'department', act.department);
      const after = acted(record, act, viewer, clock.now());
      const by = viewer.username;
      if (after.stage === 'closed' || after.stage === 'void') {
        if (isOpen(record.stage)) follow({ type: 'case-ended', case: id, alerts: after.alerts, how: after.stage, by, at: clock.now() });
      }
      return after;
    });
  }

  /** Throws 404 or 409 unless this one may add a photo now: asked before a picture is unfolded. */
  async mayAddPhoto(viewer: Viewer, id: string): Promise<void> {
    const record = await this.get(viewer.scope, id);
    if (!record) throw notFound('case');
    mustBeOpen(record, viewer);
  }

  async addPhoto(viewer: Viewer, id: string, role: PhotoRecord['role'], picture: KeptPicture): Promise<{ record: CaseRecord; photo: PhotoRecord }> {
    let photo: PhotoRecord | undefined;
    const record = await this.#change(viewer.scope, id, async (before) => {
      mustBeOpen(before, viewer);
      if (before.photos.length >= maxPhotos) throw conflict(`A case has at most ${maxPhotos} photos.`);
      photo = photoOf(picture, role, viewer.username, this.#deps.clock.now(), null);
      return withPhoto(before, photo);
    });
    return { record, photo: photo as PhotoRecord };
  }

  /** A camera's own picture goes to the newest open case of its device, once for each command. null: there is no such case. */
  async addSnapshot(device: string, command: string, picture: KeptPicture): Promise<CaseRecord | null> {
    const row = await this.#deps.desk.read
      .selectFrom('cases')
      .select('id')
      .where('device', '=', device)
      .where('stage', 'not in', ['closed', 'void'])
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    return this.#change({ all: true }, row.id, async (before) => {
      const full = !isOpen(before.stage) || before.photos.length >= maxPhotos;
      if (full || before.photos.some((photo) => photo.command === command)) return before;
      return withPhoto(before, photoOf(picture, 'other', 'system', this.#deps.clock.now(), command));
    });
  }

  /** What the rules ask for: the same rows may come again. Resolves when all have their case and it is on its way to their alerts. */
  async wanted(rows: readonly CaseWanted[]): Promise<void> {
    if (rows.length === 0) return;
    const { desk, clock, register } = this.#deps;
    const now = clock.now();
    const day = await this.#day(now);
    const wanted = rows.map(({ alert, maintainer }) => {
      const glance = alert.alert.device === null ? undefined : register.devices.glance(alert.alert.device);
      return { alert, maintainer, position: glance?.position ?? null, kind: glance?.kind ?? null };
    });
    await desk.act(async (trx, follow, committed) => {
      const changed = await openWanted(trx, follow, wanted, now, day);
      committed(() => this.#tell(changed.map(({ record, isNew }) => ({ record, before: isNew ? null : placedOf(record) }))));
    });
  }

  async #change(scope: Scope, id: string, make: (record: CaseRecord, trx: Trx, follow: Parameters<Parameters<Desk['act']>[0]>[1]) => Promise<CaseRecord>): Promise<CaseRecord> {
    return this.#deps.desk.act(async (trx, follow, committed) => {
      const row = await trx.selectFrom('cases').select(['n', 'version', 'body']).where('id', '=', id).executeTakeFirst();
      const before = row && recordOf(row);
      if (!before || !inScope(scope, placedOf(before))) throw notFound('case');
      const after = await make(before, trx, follow);
      if (after === before) return before;
      const { numUpdatedRows } = await trx.updateTable('cases').set(columnsOf(after)).where('n', '=', row.n).where('version', '=', row.version).executeTakeFirst();
      if (numUpdatedRows !== 1n) throw conflict('The case was changed at the same moment; look at it again.');
      await putDepartments(
        trx,
        after.departments.filter((one) => !before.departments.includes(one)).map((department) => ({ case_n: row.n, department })),
      );
      committed(() => this.#tell([{ record: after, before: placedOf(before) }]));
      return after;
    });
  }

  /** Whoever has grids or sites alone reports what is there, where somebody has drawn them. */
  async #mustLieIn(scope: Scope, { site, grid }: CaseRecord, position: { lon: number; lat: number }): Promise<void> {
    const [what, id] = 'site' in scope ? (['site', site] as const) : 'grid' in scope ? (['grid', grid] as const) : [];
    const ground = what && id ? await this.#deps.register.places.ground(what, id) : null;
    if (ground && !isOn(ground, position)) throw invalid([{ key: 'position', value: position, allowed: `a position on ${what} "${id}", or within ${positionErrorM} m of it` }]);
  }

  async #day(now: number): Promise<string> {
    const { division } = await this.#deps.register.installation.get('installation');
    return `${division ?? noDivision}-${dayOf(now, this.#deps.timezone)}`;
  }

  #tell(changed: CaseChange[]): void {
    if (changed.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(changed);
      } catch (error) {
        this.#deps.log.error({ reason: reasonOf(error) }, 'a listener of cases failed');
      }
    }
  }
}

/** `seen`: those that the person may know of; null: all. What is not among them is told as what does not exist. */
async function mustExist(trx: Trx, what: 'grid' | 'site' | 'department', id: string | undefined, seen: ReadonlySet<string> | null = null): Promise<void> {
  if (id === undefined) return;
  if (seen?.has(id) === false || (await missing(trx, what, [id])).length > 0) throw invalid([{ key: what, value: id, allowed: `the id of a ${what} that exists` }]);
}

const photoOf = (picture: KeptPicture, role: PhotoRecord['role'], by: string, at: number, command: string | null): PhotoRecord => ({
  id: newUlid(at),
  role,
  at,
  by,
  ...picture,
  command,
});

const withPhoto = (record: CaseRecord, photo: PhotoRecord): CaseRecord => ({
  ...record,
  photos: [...record.photos, photo],
  history: [...record.history, { at: photo.at, by: photo.by, action: 'photo', from: record.stage, to: record.stage, note: photo.role }],
});
