/** A chart's numbers: where nothing was measured, how high it must reach. Pure. Times in ms. */

export const spans = { day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
export type Span = keyof typeof spans;
/** Past six hours a point stands for a while, with its smallest and largest. */
export const everyOf: Record<Span, string> = { day: '5m', week: '30m', month: '2h' };
export const everyMs: Record<Span, number> = { day: 300_000, week: 1_800_000, month: 7_200_000 };

/** As GET …/telemetry answers. */
export interface SeriesAnswer {
  metric: string;
  unit: string;
  ts: number[];
  value?: (number | boolean | null)[];
  min?: (number | null)[];
  mean?: (number | null)[];
  max?: (number | null)[];
  count?: number[];
}
export interface Points {
  ts: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}
export interface Gap {
  from: number;
  to: number;
}

const numeric = (list: (number | boolean | null)[] | undefined): (number | null)[] => (list ?? []).map((value) => (value === null ? null : Number(value)));
export function pointsOf(series: SeriesAnswer | undefined): Points {
  if (!series) return { ts: [], mean: [], min: [], max: [] };
  const mean = numeric(series.mean ?? series.value);
  return { ts: series.ts, mean, min: series.min ? numeric(series.min) : mean, max: series.max ? numeric(series.max) : mean };
}

/**
 * The stretches without data between `from` and `to`. A pause is a gap when it is longer than two and a half of what is to be expected there: the
 * reporting interval, the width of a point, or the pace of its neighbours, whichever is longest (a day handed in hourly is no day of gaps).
 */
export function gapsOf(ts: readonly number[], from: number, to: number, intervalMs: number | null, pointMs: number): Gap[] {
  if (ts.length === 0) return [{ from, to }];
  const pauses = ts.slice(1).map((at, i) => at - (ts[i] as number));
  const expected = (i: number): number => {
    const near = [...pauses.slice(Math.max(0, i - 3), i), ...pauses.slice(i + 1, i + 4)].sort((a, b) => a - b);
    return 2.5 * Math.max(intervalMs ?? 0, pointMs, near[Math.floor(near.length / 2)] ?? 0);
  };
  const gaps: Gap[] = [];
  const first = ts[0] as number;
  const last = ts[ts.length - 1] as number;
  if (first - from > expected(-1)) gaps.push({ from, to: first });
  pauses.forEach((pause, i) => {
    if (pause > expected(i)) gaps.push({ from: ts[i] as number, to: ts[i + 1] as number });
  });
  if (to - last > expected(pauses.length)) gaps.push({ from: last, to });
  return gaps;
}

/** The points with an empty one put into each gap, so that no line bridges it. */
export function broken(points: Points, gaps: readonly Gap[]): Points {
  const result: Points = { ts: [], mean: [], min: [], max: [] };
  const starts = new Set(gaps.map((gap) => gap.from));
  points.ts.forEach((at, i) => {
    result.ts.push(at);
    for (const name of ['mean', 'min', 'max'] as const) result[name].push(points[name][i] ?? null);
    if (starts.has(at)) {
      result.ts.push(at + 1);
      for (const name of ['mean', 'min', 'max'] as const) result[name].push(null);
    }
  });
  return result;
}

/** From where to where the value axis goes: all values, and the limits near enough to matter, with a little air. */
export function valueRange(points: Points, limits: readonly number[]): [number, number] {
  const values = [...points.min, ...points.max].filter((value) => value !== null);
  const low = values.length ? Math.min(...values) : 0;
  const high = values.length ? Math.max(...values) : 1;
  const span = Math.max(high - low, Math.abs(high) * 0.02, 0.1);
  // A limit is shown when it would not press the curve flat.
  const near = limits.filter((limit) => limit <= high + 20 * span && limit >= low - 20 * span);
  const bottom = Math.min(low, ...near);
  const top = Math.max(high, ...near);
  const air = (top - bottom || 1) * 0.12;
  return [low >= 0 && bottom - air < 0 ? Math.min(0, bottom) : bottom - air, top + air];
}
