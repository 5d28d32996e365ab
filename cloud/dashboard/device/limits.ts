import type { Kind, Metric, Severity } from '../app/shapes.ts';

/** What a value is measured against, and where it stands. Pure. */
export interface LimitLine {
  at: number;
  severity: Severity;
  op: '>=' | '<=';
  rule: string;
}
/** A threshold rule as GET /api/rules shows it. */
export interface ThresholdRule {
  id: string;
  type: 'threshold';
  enabled: boolean;
  kind: string;
  metric: string;
  op: '>=' | '<=';
  levels: readonly { at: number; severity: Severity }[];
}

/** The limits that are in force: the cloud's rules of the kind, else (none loaded) the kind's own. Mildest first. */
export function limitsOf(kind: Kind, metric: string, rules: readonly ThresholdRule[] | null): LimitLine[] {
  const from = (list: readonly { id: string; metric: string; op: '>=' | '<='; levels: readonly { at: number; severity: Severity }[] }[]) =>
    list.filter((limit) => limit.metric === metric).flatMap((limit) => limit.levels.map((level) => ({ ...level, op: limit.op, rule: limit.id })));
  return rules ? from(rules.filter((rule) => rule.enabled && rule.kind === kind.id)) : from(kind.limits);
}
/** The worst limit that the value is past. */
export function pastLimit(value: number, limits: readonly LimitLine[]): LimitLine | null {
  const rank = { info: 0, warning: 1, critical: 2 };
  return limits
    .filter((limit) => (limit.op === '>=' ? value >= limit.at : value <= limit.at))
    .reduce<LimitLine | null>((worst, limit) => (!worst || rank[limit.severity] > rank[worst.severity] ? limit : worst), null);
}
/** Where on the range bar, 0…1; values outside stand at the ends. null: the metric has no range. */
export function onRange(value: number, metric: Pick<Metric, 'range'>): number | null {
  if (!metric.range) return null;
  const [low, high] = metric.range;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
/** Out of date: older than two and a half of the expected intervals. Unknown interval: never. */
export const isStale = (ageMs: number, intervalS: number | null): boolean => intervalS !== null && ageMs > 2.5 * intervalS * 1000;
/** The metric that a cause is about; null: none (an event, a silence). */
export const causeMetric = (kind: Kind | undefined, cause: string): string | null => kind?.limits.find((limit) => limit.cause === cause)?.metric ?? null;
