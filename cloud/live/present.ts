/** What is open now, and what has changed of late: the same for everybody, before scope. Pure data. */
import type { Alert, PlacedAlert } from '../alerts/alerts.ts';
import { type CaseChange, type CaseRecord, isOpen, placedOf } from '../cases/cases.ts';
import type { Placed } from '../scope.ts';
import type { DeviceItem } from './messages.ts';

/** One thing that changed. `was`: where it stood before and meanwhile; `now`: where it stands, null when nobody is to see it again. */
export type Changed = { was: readonly Placed[]; now: Placed } & (
  | { list: 'alerts'; id: string; item: Alert }
  | { list: 'cases'; id: string; item: CaseRecord }
  | { list: 'devices'; id: string; item: DeviceItem }
);

const keyOf = ({ list, id }: Pick<Changed, 'list' | 'id'>) => `${list} ${id}`;

/** Two changes of one thing, as one. */
function after(first: Changed | undefined, second: Changed): Changed {
  if (!first) return second;
  const was = [...new Set([...first.was, first.now, ...second.was])];
  // What is said of a device adds up; an alert and a case are always told whole.
  if (first.list === 'devices' && second.list === 'devices') return { ...second, was, item: { ...first.item, ...second.item } };
  return { ...second, was };
}

export class Present {
  readonly #alerts = new Map<string, PlacedAlert>();
  readonly #cases = new Map<string, CaseRecord>();
  #pending = new Map<string, Changed>();
  /** Changes that were handed out, oldest first. */
  readonly #recent: { position: number; changes: Changed[] }[] = [];
  #kept = 0;
  #position = 0;
  /** While it is being filled: what has changed meanwhile is newer than what is loaded. */
  #touched: Set<string> | null = new Set();

  constructor(private readonly maxKept = 20_000) {}

  /** What was open when it was read; what was told since is newer. Called once. */
  load(alerts: Iterable<PlacedAlert>, cases: Iterable<CaseRecord>): void {
    const touched = this.#touched ?? new Set();
    for (const one of alerts) if (!touched.has(one.alert.id)) this.#alerts.set(one.alert.id, one);
    for (const one of cases) if (!touched.has(one.id)) this.#cases.set(one.id, one);
    this.#touched = null;
  }

  alert(placed: PlacedAlert): void {
    const { alert } = placed;
    this.#touched?.add(alert.id);
    if (alert.state === 'resolved') this.#alerts.delete(alert.id);
    else this.#alerts.set(alert.id, placed);
    this.#put({ list: 'alerts', id: alert.id, item: alert, was: [placed.placed], now: placed.placed });
  }

  case({ record, before }: CaseChange): void {
    this.#touched?.add(record.id);
    if (isOpen(record.stage)) this.#cases.set(record.id, record);
    else this.#cases.delete(record.id);
    this.#put({ list: 'cases', id: record.id, item: record, was: before ? [before] : [], now: placedOf(record) });
  }

  /** `before`: where it was placed; null: it is new. */
  device(item: DeviceItem, placed: Placed, before: Placed | null): void {
    this.#put({ list: 'devices', id: item.id, item, was: before ? [before] : [], now: placed });
  }

  alerts(): Iterable<PlacedAlert> {
    return this.#alerts.values();
  }
  cases(): Iterable<CaseRecord> {
    return this.#cases.values();
  }

  /** Grows with each `take` that took something. */
  get position(): number {
    return this.#position;
  }
  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /** What has changed since the last time. */
  take(): Changed[] {
    const changes = [...this.#pending.values()];
    if (changes.length === 0) return changes;
    this.#pending = new Map();
    this.#recent.push({ position: ++this.#position, changes });
    this.#kept += changes.length;
    while (this.#kept > this.maxKept && this.#recent.length > 1) this.#kept -= this.#recent.shift()?.changes.length ?? 0;
    return changes;
  }

  /** The oldest position that can be gone on from. */
  get oldest(): number {
    return (this.#recent[0]?.position ?? this.#position + 1) - 1;
  }

  /** All that was taken after a position, each thing once; null: it is too long ago. */
  since(position: number): Changed[] | null {
    if (position < this.oldest || position > this.#position) return null;
    const changed = new Map<string, Changed>();
    for (const { position: at, changes } of this.#recent) {
      if (at > position) for (const one of changes) changed.set(keyOf(one), after(changed.get(keyOf(one)), one));
    }
    return [...changed.values()];
  }

  #put(one: Changed): void {
    const key = keyOf(one);
    this.#pending.set(key, after(this.#pending.get(key), one));
  }
}
