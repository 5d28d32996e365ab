import type { Alert } from '../app/shapes.ts';

/** The order of the feed, and how it keeps still under a hand (screen.md 5.1). Pure. */

const severityRank = { info: 0, warning: 1, critical: 2 } as const;
/** An SOS stands above every other critical. */
export const alertRank = (alert: Pick<Alert, 'severity' | 'cause'>): number => (alert.cause === 'sos' && alert.severity === 'critical' ? 3 : severityRank[alert.severity]);
export const isUnacknowledged = (alert: Alert): boolean => alert.state === 'firing';

/** Worst first, then newest. */
export const byRank = (a: Alert, b: Alert): number => alertRank(b) - alertRank(a) || b.firstTs - a.firstTs || (a.id < b.id ? 1 : -1);
export const byTime = (a: Alert, b: Alert): number => b.lastTs - a.lastTs || (a.id < b.id ? 1 : -1);

export type FeedEntry = { type: 'alert'; id: string } | { type: 'heading'; id: 'acknowledged'; count: number };
export type FeedTab = 'unacknowledged' | 'all';

/** What the feed shows when nothing holds it: unacknowledged by severity then newest, below them the acknowledged by time; or all by time. */
export function feedOrder(alerts: readonly Alert[], tab: FeedTab, unacknowledgedOnly: boolean): FeedEntry[] {
  const entry = (alert: Alert): FeedEntry => ({ type: 'alert', id: alert.id });
  if (tab === 'all' && !unacknowledgedOnly) return alerts.toSorted(byTime).map(entry);
  const upper = alerts.filter(isUnacknowledged).sort(byRank);
  if (unacknowledgedOnly) return upper.map(entry);
  const lower = alerts.filter((alert) => !isUnacknowledged(alert)).sort(byTime);
  return [...upper.map(entry), ...(lower.length > 0 ? [{ type: 'heading', id: 'acknowledged', count: lower.length } as const, ...lower.map(entry)] : [])];
}

/**
 * What is shown next. While `held` (scrolled, under the pointer, paused) rows keep their places: what is gone leaves, what is new waits. The `pinned` row
 * (selected) keeps its place even when it was acted upon, until the selection leaves it.
 */
export function settle(
  shown: readonly FeedEntry[],
  wanted: readonly FeedEntry[],
  held: boolean,
  pinned: string | null,
  exists: (id: string) => boolean,
): { entries: FeedEntry[]; waiting: string[] } {
  if (held && shown.length > 0) {
    const kept = new Set(shown.map((entry) => entry.id));
    const headings = new Map(wanted.filter((entry) => entry.type === 'heading').map((entry) => [entry.id as string, entry]));
    const entries = shown.filter((entry) => (entry.type === 'heading' ? headings.has(entry.id) : exists(entry.id))).map((entry) => headings.get(entry.id) ?? entry);
    return { entries, waiting: wanted.filter((entry) => entry.type === 'alert' && !kept.has(entry.id)).map((entry) => entry.id) };
  }
  const entries = [...wanted];
  const before = pinned === null ? -1 : shown.findIndex((entry) => entry.id === pinned);
  const after = pinned === null ? -1 : entries.findIndex((entry) => entry.id === pinned);
  if (before >= 0 && after >= 0 && before !== after) {
    const [row] = entries.splice(after, 1);
    // Only a row that sank is held up: one that rises (worse than before) may rise.
    entries.splice(Math.min(before, after), 0, row as FeedEntry);
  }
  return { entries, waiting: [] };
}

/** Which rows a viewport shows; rows and headings have fixed heights, px. */
export function visibleRange(
  entries: readonly FeedEntry[],
  top: number,
  height: number,
  rowPx: number,
  headingPx: number,
  spare = 4,
): { from: number; to: number; offset: number; total: number } {
  const px = (entry: FeedEntry) => (entry.type === 'heading' ? headingPx : rowPx);
  let total = 0;
  let from = -1;
  let to = entries.length;
  let offset = 0;
  for (let i = 0; i < entries.length; i++) {
    const next = total + px(entries[i] as FeedEntry);
    if (from < 0 && next > top - spare * rowPx) {
      from = i;
      offset = total;
    }
    if (to === entries.length && total > top + height + spare * rowPx) to = i;
    total = next;
  }
  return { from: Math.max(0, from), to, offset, total };
}
