import { alertRank } from '../feed/order.ts';
import type { Alert, Case } from './shapes.ts';

/** One place for one alert: select one of alert, device and case, and the others follow (screen.md §1.4). Pure. */
export interface Focus {
  alert: string | null;
  device: string | null;
  case: string | null;
}
export const noFocus: Focus = { alert: null, device: null, case: null };

export function focusOf(query: Record<string, string>, alerts: readonly Alert[], cases: readonly Case[]): Focus {
  const worst = (of: (alert: Alert) => boolean) =>
    alerts
      .filter(of)
      .reduce<Alert | null>(
        (best, alert) => (!best || alertRank(alert) > alertRank(best) || (alertRank(alert) === alertRank(best) && alert.firstTs > best.firstTs) ? alert : best),
        null,
      );
  if (query.alert) {
    const alert = alerts.find((one) => one.id === query.alert);
    return { alert: query.alert, device: alert?.device ?? null, case: alert?.case ?? null };
  }
  if (query.case) {
    const one = cases.find((item) => item.id === query.case);
    return { alert: worst((alert) => alert.case === query.case)?.id ?? null, device: one?.device ?? null, case: query.case };
  }
  if (query.device) {
    const alert = worst((item) => item.device === query.device);
    return { alert: alert?.id ?? null, device: query.device, case: alert?.case ?? cases.find((item) => item.device === query.device)?.id ?? null };
  }
  return noFocus;
}
