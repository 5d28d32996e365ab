import type { Alert } from '../app/shapes.ts';

/** The SOS that nobody has acknowledged, newest on top. Pure. */
export function sosStack(alerts: readonly Alert[]): Alert[] {
  return alerts.filter((alert) => alert.cause === 'sos' && alert.severity === 'critical' && alert.state === 'firing').sort((a, b) => b.lastTs - a.lastTs || (a.id < b.id ? 1 : -1));
}
/** Running time as `00:18`, `1:04:09`. */
export function running(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
/** Which posts of a site call, and whether that is acknowledged. */
export function callingOf(alerts: readonly Alert[], site: string | null): Map<string, 'firing' | 'acknowledged'> {
  const calling = new Map<string, 'firing' | 'acknowledged'>();
  for (const { cause, state, device, site: where } of alerts) {
    if (cause !== 'sos' || device === null || where !== site || state === 'resolved' || state === 'shelved') continue;
    if (calling.get(device) !== 'firing') calling.set(device, state);
  }
  return calling;
}
