import type { Alert, Case } from './shapes.ts';

/** What happened to an alert and its case, newest first, in one list. Pure. */
export interface HistoryLine {
  key: string;
  at: number;
  by: string | null;
  action: string;
  note: string | null;
  kind: 'alert' | 'ack' | 'case';
}
export function contextHistory(alert: Alert | null, one: Case | null): HistoryLine[] {
  const lines: HistoryLine[] = [];
  if (alert) {
    lines.push({ key: 'raised', at: alert.firstTs, by: null, action: 'raised', note: null, kind: 'alert' });
    alert.history.forEach((entry, i) => {
      lines.push({ key: `a${i}`, at: entry.at, by: entry.by, action: entry.action, note: entry.note, kind: 'ack' });
    });
  }
  one?.history.forEach((entry, i) => {
    // The case's own opening and joining say again what the alert's line says.
    if (alert && entry.action === 'alert') return;
    lines.push({ key: `c${i}`, at: entry.at, by: entry.by, action: entry.action, note: entry.note, kind: 'case' });
  });
  return lines.sort((a, b) => b.at - a.at);
}
