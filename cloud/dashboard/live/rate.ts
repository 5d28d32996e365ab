/** How many alerts opened, per ten minutes and as bars of five minutes over the last hour. Pure. */
export interface Rate {
  perTen: number;
  /** Twelve bars, oldest first. */
  bars: number[];
}
export function rateOf(openedAt: Iterable<number>, now: number): Rate {
  const bars = new Array<number>(12).fill(0);
  let perTen = 0;
  for (const at of openedAt) {
    const age = now - at;
    if (age < 0 || age >= 3_600_000) continue;
    if (age < 600_000) perTen++;
    bars[11 - Math.floor(age / 300_000)]!++;
  }
  return { perTen, bars };
}
