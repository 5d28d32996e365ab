/** A device's clock, judged (contract, "MQTT"): before 2020 or more than 24 h ahead of the cloud's it is unset. */

export const year2020 = Date.UTC(2020, 0, 1);
const dayMs = 86_400_000;

/** What a reading or event is stored under, in whole milliseconds. */
export function judgeClock(sentTs: number, rx: number): { ts: number; clock: 'ok' | 'unset' } {
  return sentTs < year2020 || sentTs > rx + dayMs ? { ts: rx, clock: 'unset' } : { ts: Math.trunc(sentTs), clock: 'ok' };
}

/** What decides which of two readings is newer: a time before 2020 or ahead of `rx` counts as `rx`, so that a wrong clock silences nothing. */
export const orderTs = (sentTs: number, rx: number): number => (sentTs < year2020 || sentTs > rx ? rx : sentTs);
