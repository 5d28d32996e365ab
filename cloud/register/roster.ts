/**
 * All devices in memory, as columns: what filters, scopes, searches and the map go by. Made anew from desk.db at the start, changed after each commit.
 * 50,000 devices take about 20 MB here and a few milliseconds to look through.
 */
import type { Placed, Scope } from '../scope.ts';
import { inScope } from '../scope.ts';
import { type DeviceStatus, statuses } from './device.ts';
import type { Described } from './rows.ts';

export interface DeviceFilter {
  kind?: readonly string[];
  /** Class codes. */
  class?: readonly string[];
  grid?: readonly string[];
  site?: readonly string[];
  /** As authority, owner or maintainer. */
  department?: readonly string[];
  agent?: readonly string[];
  lifecycle?: readonly string[];
  status?: readonly DeviceStatus[];
  /** Part of an id, name, code or address, in any case. */
  q?: string;
}

interface Entry {
  id: string;
  kind: string;
  classCode: string | null;
  name: string | null;
  agent: string | null;
  lifecycle: string;
  lon: number | null;
  lat: number | null;
  placed: Placed;
  /** What `q` looks in, in lower case. */
  text: string;
}

type Test = (entry: Entry, slot: number) => boolean;

export class Roster {
  #entries: Entry[] = [];
  #status: Uint8Array = new Uint8Array(1024);
  #slots = new Map<string, number>();
  /** Few different texts are shared by many devices: one copy of each. */
  #words = new Map<string, string>();
  #places = new Map<string, Placed>();
  #listeners = new Set<RosterListener>();

  /** `slot`: the device's place, from 0 on without a gap. */
  put(slot: number, device: Described): void {
    const before = this.#entries[slot];
    const { departments } = device;
    const named = [departments.authority, departments.owner, departments.maintainer].filter((id) => id !== null);
    const entry: Entry = {
      id: device.id,
      kind: this.#word(device.kind),
      classCode: device.class && this.#word(device.class.code),
      name: device.name,
      agent: device.agent && this.#word(device.agent),
      lifecycle: this.#word(device.lifecycle),
      lon: device.position?.lon ?? null,
      lat: device.position?.lat ?? null,
      placed: this.#place({ grid: device.grid, site: device.site, departments: [...new Set(named)] }),
      text: [device.id, device.name ?? '', ...device.codes.map(({ value }) => value), ...device.addresses.map(({ value }) => value)].join('\n').toLowerCase(),
    };
    this.#entries[slot] = entry;
    this.#slots.set(device.id, slot);
    if (slot >= this.#status.length) {
      const longer = new Uint8Array(this.#status.length * 2);
      longer.set(this.#status);
      this.#status = longer;
    }
    if (!before) this.#status[slot] = unknown;
    const moved = before === undefined || before.placed !== entry.placed || before.lon !== entry.lon || before.lat !== entry.lat;
    for (const listener of this.#listeners) listener.placed(slot, moved);
  }

  get size(): number {
    return this.#entries.length;
  }
  entry(slot: number): Readonly<Entry> {
    return this.#entries[slot] as Entry;
  }
  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }
  status(slot: number): DeviceStatus {
    return statuses[this.#status[slot] as number] as DeviceStatus;
  }
  /** Its place in `statuses`. */
  statusCode(slot: number): number {
    return this.#status[slot] as number;
  }

  /** What the rules say. Of a device that is not registered, nothing is kept. */
  setStatuses(changed: readonly { id: string; status: DeviceStatus }[]): void {
    for (const { id, status } of changed) {
      const slot = this.#slots.get(id);
      if (slot === undefined) continue;
      const before = this.#status[slot] as number;
      const after = statuses.indexOf(status);
      if (before === after) continue;
      this.#status[slot] = after;
      for (const listener of this.#listeners) listener.status(slot, before, after);
    }
  }

  /** Slots that match, after `after`, at most `limit`, in the order of registration; `total` counts all. */
  find(scope: Scope, filter: DeviceFilter, after: number, limit: number): { slots: number[]; more: boolean; total: number } {
    const tests = testsOf(scope, filter, this.#status);
    const slots: number[] = [];
    let total = 0;
    let more = false;
    for (let slot = 0; slot < this.#entries.length; slot++) {
      const entry = this.#entries[slot] as Entry;
      if (!tests.every((test) => test(entry, slot))) continue;
      total++;
      if (slot <= after) continue;
      if (slots.length < limit) slots.push(slot);
      else more = true;
    }
    return { slots, more, total };
  }

  *inScope(scope: Scope): Generator<number> {
    const [test] = testsOf(scope, {}, this.#status);
    for (let slot = 0; slot < this.#entries.length; slot++) if (!test || test(this.#entries[slot] as Entry, slot)) yield slot;
  }

  listen(listener: RosterListener): void {
    this.#listeners.add(listener);
  }

  #word(word: string): string {
    const kept = this.#words.get(word);
    if (kept !== undefined) return kept;
    this.#words.set(word, word);
    return word;
  }
  #place(placed: Placed): Placed {
    const key = JSON.stringify([placed.grid, placed.site, ...placed.departments]);
    const kept = this.#places.get(key);
    if (kept) return kept;
    this.#places.set(key, placed);
    return placed;
  }
}

export interface RosterListener {
  /** A device is new or was changed; `moved`: its position or what scope goes by, too. */
  placed(slot: number, moved: boolean): void;
  /** Places in `statuses`. */
  status(slot: number, before: number, after: number): void;
}

const unknown = statuses.indexOf('unknown');

function testsOf(scope: Scope, filter: DeviceFilter, status: Uint8Array): Test[] {
  const tests: Test[] = [];
  if (!('all' in scope)) {
    // Devices share their places, so each different place is judged once.
    const judged = new Map<Placed, boolean>();
    tests.push(({ placed }) => {
      const seen = judged.get(placed) ?? inScope(scope, placed);
      judged.set(placed, seen);
      return seen;
    });
  }
  const among = (wanted: readonly string[] | undefined, of: (entry: Entry) => string | null) => {
    if (!wanted) return;
    const set = new Set<string | null>(wanted);
    tests.push((entry) => set.has(of(entry)));
  };
  among(filter.kind, (entry) => entry.kind);
  among(filter.class, (entry) => entry.classCode);
  among(filter.grid, (entry) => entry.placed.grid);
  among(filter.site, (entry) => entry.placed.site);
  among(filter.agent, (entry) => entry.agent);
  among(filter.lifecycle, (entry) => entry.lifecycle);
  if (filter.department) {
    const set = new Set(filter.department);
    tests.push(({ placed }) => placed.departments.some((department) => set.has(department)));
  }
  if (filter.status) {
    const codes = new Set(filter.status.map((word) => statuses.indexOf(word)));
    tests.push((_entry, slot) => codes.has(status[slot] as number));
  }
  if (filter.q !== undefined && filter.q !== '') {
    const text = filter.q.toLowerCase();
    tests.push((entry) => entry.text.includes(text));
  }
  return tests;
}
