/** The store of devices: desk.db holds them, the roster finds them. Reads take the scope of whoever asks and apply it. */
import { sql } from 'kysely';
import type { Clock } from '../../devices/clock.ts';
import { newUlid } from '../../devices/ids.ts';
import { audit, type Desk, type Trx } from '../desk/desk.ts';
import type { DeviceFacts } from '../ingest/ingest.ts';
import { conflict, type Fault, invalid, notFound } from '../refusal.ts';
import { inScope, type Placed, type Scope } from '../scope.ts';
import type { Latest } from '../threads/threads.ts';
import { codeFaults } from './codes.ts';
import type { Device, DeviceInput, DevicePatch, DeviceStatus } from './device.ts';
import { missing, type Reference } from './references.ts';
import type { DeviceFilter, Roster } from './roster.ts';
import { type Described, type DeviceRow, describe, describedOf, deviceOf, type Former, factsOf, formerAfter, type NewDeviceRow, patched, rowOf } from './rows.ts';
import { visible } from './visible.ts';

export interface DevicesDeps {
  desk: Desk;
  clock: Clock;
  roster: Roster;
  /** Asks the rules for the newest values; devices that never spoke are left out. */
  latest(ids: string[]): Promise<Map<string, Latest>> | Map<string, Latest>;
}

/** A device as others than the register need it at a glance. */
export interface Glance {
  id: string;
  kind: string;
  position: { lon: number; lat: number } | null;
  placed: Placed;
  status: DeviceStatus;
}

/** A device that is new (`before` is null) or was changed, without its newest values; `before` is what scope went by. */
export interface DeviceChange {
  device: Omit<Device, 'latest'>;
  placed: Placed;
  before: Placed | null;
}

/** Who acts, and where that one's rights reach. */
export interface Actor {
  username: string;
  scope: Scope;
}
/** For acts that no person does. */
export const system: Actor = { username: 'system', scope: { all: true } };

/** Rows that one statement inserts: SQLite takes 32,766 values. */
const insertRows = 500;

export class Devices {
  readonly #deps: DevicesDeps;
  readonly #listeners = new Set<(changed: DeviceChange[]) => void>();

  constructor(deps: DevicesDeps) {
    this.#deps = deps;
  }

  /** Told after the commit. Returns what ends the telling. */
  onChange(listener: (changed: DeviceChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Fills the roster. */
  async start(): Promise<void> {
    const rows = await this.#deps.desk.read.selectFrom('devices').selectAll().orderBy('slot').execute();
    for (const row of rows) this.#deps.roster.put(row.slot - 1, describedOf(row));
  }

  /** In the order of registration; `after` and `next` are places in it. */
  async list(scope: Scope, filter: DeviceFilter, page: { limit: number; after?: number | undefined }): Promise<{ items: Device[]; next: number | null; total: number }> {
    const { slots, more, total } = this.#deps.roster.find(scope, filter, page.after ?? -1, page.limit);
    const rows = slots.length === 0 ? [] : await this.#rows(slots);
    return { items: await this.#shown(rows), next: more ? (slots.at(-1) ?? null) : null, total };
  }

  /** undefined: there is none, or it is out of scope. */
  async get(scope: Scope, id: string): Promise<Device | undefined> {
    const slot = this.#slot(scope, id);
    return slot === undefined ? undefined : (await this.#shown(await this.#rows([slot])))[0];
  }

  /** What the path knows of a device; undefined as with `get`. */
  async facts(scope: Scope, id: string): Promise<DeviceFacts | undefined> {
    const slot = this.#slot(scope, id);
    const row = slot === undefined ? undefined : (await this.#rows([slot]))[0];
    return row && factsOf(describedOf(row), JSON.parse(row.former) as Former);
  }

  /** What memory holds of a device, whoever asks; undefined: there is none. */
  glance(id: string): Glance | undefined {
    const slot = this.#deps.roster.slotOf(id);
    return slot === undefined ? undefined : this.#glance(slot);
  }

  /** All of them, in the order of registration. */
  *glances(): Generator<Glance> {
    for (let slot = 0; slot < this.#deps.roster.size; slot++) yield this.#glance(slot);
  }

  status(id: string): DeviceStatus {
    const slot = this.#deps.roster.slotOf(id);
    return slot === undefined ? 'unknown' : this.#deps.roster.status(slot);
  }

  /** All or none. Throws `invalid` or `conflict` with the key of each wrong part; of an array the key begins with the index. */
  async create(actor: Actor, inputs: readonly DeviceInput[], place: (index: number) => string): Promise<Device[]> {
    const now = this.#deps.clock.now();
    const made = inputs.map((input) => describe(input, input.id ?? newUlid(now)));
    const faults = made.flatMap((device, i) => codeFaults(device, place(i)));
    if (faults.length > 0) throw invalid(faults.slice(0, faultsTold));
    const seen = new Set<string>();
    for (const [i, { id }] of made.entries()) {
      if (seen.has(id)) throw idTaken(place(i), id, 'stands twice in this array');
      seen.add(id);
    }
    await this.#deps.desk.act(async (trx, follow, committed) => {
      const ids = JSON.stringify(made.map((device) => device.id));
      const taken = await sql<{ i: number }>`select key as i from json_each(${ids}) where value in (select id from devices) limit 1`.execute(trx);
      const first = taken.rows[0];
      if (first) throw idTaken(place(Number(first.i)), (made[Number(first.i)] as Described).id, 'exists already');
      await refuseMissing(
        trx,
        made.map((device, i) => ({ device, at: place(i) })),
      );
      await takeAddresses(trx, made, place);
      const { top } = await trx
        .selectFrom('devices')
        .select((of) => of.fn.coalesce(of.fn.max('slot'), sql<number>`0`).as('top'))
        .executeTakeFirstOrThrow();
      const rows: NewDeviceRow[] = made.map((device, i) => ({ ...rowOf(device, [], now, now), slot: top + 1 + i }));
      for (let i = 0; i < rows.length; i += insertRows) {
        await trx
          .insertInto('devices')
          .values(rows.slice(i, i + insertRows))
          .execute();
      }
      follow({ type: 'devices', devices: made.map((device) => factsOf(device, [])) });
      const only = made.length === 1 ? `device ${made[0]?.id}` : `${made.length} devices`;
      await audit(trx, { at: now, by: actor.username, action: 'create', subject: only, ...(made.length > 1 ? { detail: { first: made[0]?.id, last: made.at(-1)?.id } } : {}) });
      committed(() => {
        for (const [i, device] of made.entries()) this.#deps.roster.put(top + i, device);
        this.#tell(made.map((device, i) => ({ described: device, slot: top + i, before: null })));
      });
    });
    return made.map((device) => deviceOf(device, this.status(device.id), undefined));
  }

  /** Throws `not-found`, `invalid` or `conflict`. A change to the same changes nothing. */
  async patch(actor: Actor, id: string, patch: DevicePatch): Promise<Device> {
    const now = this.#deps.clock.now();
    await this.#deps.desk.act(async (trx, follow, committed) => {
      const row = await trx.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row || this.#slot(actor.scope, id) === undefined) throw notFound('device');
      const before = describedOf(row);
      const after = patched(before, patch);
      const faults = codeFaults(after, '');
      if (faults.length > 0) throw invalid(faults);
      const former = JSON.parse(row.former) as Former;
      const formerNow = formerAfter(former, before.agent, after.agent, now);
      const values = rowOf(after, formerNow, row.created, now);
      if (JSON.stringify(rowOf(before, former, row.created, now)) === JSON.stringify(values)) return;
      await refuseMissing(trx, [{ device: after, at: '' }], (what) => visible(this.#deps.roster, what, actor.scope));
      await trx.deleteFrom('device_addresses').where('device', '=', id).execute();
      await takeAddresses(
        trx,
        [after],
        () => '',
        (holder) => this.#slot(actor.scope, holder) !== undefined,
      );
      await trx.updateTable('devices').set(values).where('slot', '=', row.slot).execute();
      const facts = factsOf(after, formerNow);
      if (JSON.stringify(facts) !== JSON.stringify(factsOf(before, former))) follow({ type: 'devices', devices: [facts] });
      await audit(trx, { at: now, by: actor.username, action: 'change', subject: `device ${id}`, detail: patch });
      committed(() => {
        this.changed([{ slot: row.slot - 1, described: after }]);
      });
    });
    // The actor sees what became of it, even where it has left that one's scope.
    return (await this.get({ all: true }, id)) as Device;
  }

  /** Takes rows that have been committed as they are now, and tells of them. */
  changed(rows: readonly { slot: number; described: Described }[]): void {
    const { roster } = this.#deps;
    const before = rows.map(({ slot }) => roster.entry(slot).placed);
    for (const { slot, described } of rows) roster.put(slot, described);
    this.#tell(rows.map(({ slot, described }, i) => ({ slot, described, before: before[i] as Placed })));
  }

  #tell(changed: { described: Described; slot: number; before: Placed | null }[]): void {
    if (this.#listeners.size === 0) return;
    const news = changed.map(({ described, slot, before }): DeviceChange => {
      const { latest: _never, ...device } = deviceOf(described, this.#deps.roster.status(slot), undefined);
      return { device, placed: this.#deps.roster.entry(slot).placed, before };
    });
    for (const listener of this.#listeners) listener(news);
  }

  #glance(slot: number): Glance {
    const { id, kind, lon, lat, placed } = this.#deps.roster.entry(slot);
    return { id, kind, position: lon === null || lat === null ? null : { lon, lat }, placed, status: this.#deps.roster.status(slot) };
  }

  #slot(scope: Scope, id: string): number | undefined {
    const slot = this.#deps.roster.slotOf(id);
    return slot !== undefined && inScope(scope, this.#deps.roster.entry(slot).placed) ? slot : undefined;
  }

  async #rows(slots: number[]): Promise<DeviceRow[]> {
    const wanted = JSON.stringify(slots.map((slot) => slot + 1));
    return this.#deps.desk.read.selectFrom('devices').selectAll().where('slot', 'in', sql<number>`(select value from json_each(${wanted}))`).orderBy('slot').execute();
  }

  async #shown(rows: DeviceRow[]): Promise<Device[]> {
    const latest = rows.length === 0 ? new Map<string, Latest>() : await this.#deps.latest(rows.map((row) => row.id));
    return rows.map((row) => deviceOf(describedOf(row), this.#deps.roster.status(row.slot - 1), latest.get(row.id)));
  }
}

const faultsTold = 20;
const idTaken = (at: string, id: string, why: string) => conflict(`The device id "${id}" ${why}.`, {}, [{ key: `${at}id`, value: id, allowed: 'an id that is not taken' }]);

/** Every reference must name something that exists, and that the actor may know of: `seen`, null for all. Both are told in the same words. */
async function refuseMissing(trx: Trx, devices: readonly { device: Described; at: string }[], seen: (what: Reference) => ReadonlySet<string> | null = () => null): Promise<void> {
  const references: [Reference, string, (device: Described) => string | null][] = [
    ['grid', 'grid', (device) => device.grid],
    ['site', 'site', (device) => device.site],
    ['agent', 'agent', (device) => device.agent],
    ['department', 'departments.authority', (device) => device.departments.authority],
    ['department', 'departments.owner', (device) => device.departments.owner],
    ['department', 'departments.maintainer', (device) => device.departments.maintainer],
  ];
  const faults: Fault[] = [];
  for (const [what, key, of] of references) {
    const ids = devices.map(({ device }) => of(device)).filter((id) => id !== null);
    const known = seen(what);
    const absent = new Set([...(await missing(trx, what, ids)), ...ids.filter((id) => known?.has(id) === false)]);
    if (absent.size === 0) continue;
    for (const { device, at } of devices) {
      const id = of(device);
      if (id !== null && absent.has(id)) faults.push({ key: `${at}${key}`, value: id, allowed: `the id of ${what === 'agent' ? 'an' : 'a'} ${what} that exists` });
    }
  }
  if (faults.length > 0) throw invalid(faults.slice(0, faultsTold));
}

/** An address finds one device alone, whatever the case of its letters. Which other one has it is told to whoever may see that. */
async function takeAddresses(trx: Trx, devices: readonly Described[], place: (index: number) => string, sees: (device: string) => boolean = () => true): Promise<void> {
  const wanted = devices.flatMap((device, i) =>
    device.addresses.map(({ scheme, value }, n) => ({ scheme, value: value.toLowerCase(), device: device.id, key: `${place(i)}addresses[${n}].value`, given: value })),
  );
  if (wanted.length === 0) return;
  const { rows } = await sql<{ i: number; device: string }>`select j.key as i, a.device as device from json_each(${JSON.stringify(wanted)}) j
    join device_addresses a on a.scheme = j.value->>'scheme' and a.value = j.value->>'value' limit 1`.execute(trx);
  const seen = new Map<string, string>();
  const taken = rows[0] && { at: Number(rows[0].i), by: rows[0].device };
  const again = wanted.findIndex(({ scheme, value, device }) => {
    const key = `${scheme}\u0000${value}`;
    const holder = seen.get(key);
    seen.set(key, device);
    return holder !== undefined;
  });
  const at = taken?.at ?? again;
  const clash = wanted[at];
  if (clash) {
    const holder = !taken ? 'another device of this array' : sees(taken.by) ? `device "${taken.by}"` : 'another device';
    throw conflict(`The address ${clash.scheme} ${clash.given} belongs to ${holder}.`, {}, [
      { key: clash.key, value: clash.given, allowed: 'an address that no other device has' },
    ]);
  }
  await sql`insert into device_addresses (scheme, value, device) select value->>'scheme', value->>'value', value->>'device' from json_each(${JSON.stringify(wanted)})`.execute(trx);
}
