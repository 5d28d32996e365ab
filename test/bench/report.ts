/** Rounds become medians, medians a table, a file, and a comparison with what was kept. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { median, shown, spreadOf } from './figures.ts';
import type { Measure, Row, Run } from './row.ts';

export interface Figured {
  value: number;
  unit: string;
  /** How far its rounds lie apart, as a share; null of a single round. */
  spread: number | null;
  rounds: number[];
}

/** A row as it was measured; `failed`: why it was not. */
export interface Result {
  id: string;
  figure: string;
  ours: Record<string, Figured>;
  /** A word where there is no number. */
  beside: Record<string, Figured | string>;
  ratio: number | null;
  notes: string[];
  seconds: number;
  /** Load average when it began. */
  load: number;
  failed?: string;
  raw: unknown[];
}

export interface Machine {
  text: string;
  loadBefore: number;
}
export function machine(): Machine {
  const [load = 0] = loadavg();
  const { model = 'unknown' } = cpus()[0] ?? {};
  return {
    text: `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`,
    loadBefore: load,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a run of any row
type AnyRun = Run<any, any>;

export function resultOf(row: Row, runs: AnyRun[], seconds: number, load: number): Result {
  const figured = (values: number[], { unit }: Measure): Figured => ({ value: median(values), unit, spread: spreadOf(values), rounds: values });
  const ours = Object.fromEntries(
    Object.entries(row.ours).map(([name, measure]) => [
      name,
      figured(
        runs.map((run) => run.ours[name] as number),
        measure,
      ),
    ]),
  );
  const beside = Object.fromEntries(
    Object.entries(row.beside).map(([name, measure]) => {
      const values = runs.map((run) => run.beside[name] as number | string);
      const word = values.find((value) => typeof value === 'string');
      return [name, word ?? figured(values as number[], measure)] as const;
    }),
  );
  const [mine, theirs] = row.ratio ?? [];
  const other = theirs === undefined ? undefined : beside[theirs];
  const ratio = mine !== undefined && typeof other === 'object' ? (ours[mine] as Figured).value / other.value : null;
  return { id: row.id, figure: row.figure, ours, beside, ratio, notes: runs.at(-1)?.notes ?? [], seconds, load, raw: runs.map(({ raw }) => raw) };
}

export const failedOf = (row: Row, why: string, seconds: number, load: number): Result => ({
  id: row.id,
  figure: row.figure,
  ours: {},
  beside: {},
  ratio: null,
  notes: [],
  seconds,
  load,
  failed: why,
  raw: [],
});

const withUnit = (value: number, unit: string) => `${shown(value)}${unit === '' ? '' : ` ${unit}`}`;
const goal = ({ better, reach, unit }: Measure): string => (reach === 0 && better === 'less' ? '0' : `${better === 'more' ? '≥' : '≤'} ${withUnit(reach as number, unit)}`);
const reaches = ({ better, reach }: Measure, value: number): boolean => (better === 'more' ? value >= (reach as number) : value <= (reach as number));
const goals = (row: Row) => Object.entries(row.ours).filter(([, { reach }]) => reach !== undefined);

export const goalsOf = (row: Row): string =>
  goals(row)
    .map(([name, measure]) => `${name} ${goal(measure)}`)
    .join(', ');

const table = (head: string[], lines: string[][]): string =>
  [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)].join('\n');

const named = ({ id }: Row) => `\`${id}\``;

/** The one table, as the README carries it; a goal that was not reached is bold. */
export function resultTable(rows: readonly Row[], results: readonly Result[]): string {
  const lines = results.map((result) => {
    const row = rows.find(({ id }) => id === result.id) as Row;
    if (result.failed !== undefined) return [named(row), row.figure, goalsOf(row), `**failed**: ${result.failed}`, '', ''];
    const ours = Object.entries(row.ours).map(([name, measure]) => {
      const { value, unit } = result.ours[name] as Figured;
      const text = `${name} ${withUnit(value, unit)}`;
      return measure.reach === undefined || reaches(measure, value) ? text : `**${text}** (to reach: ${goal(measure)})`;
    });
    const beside = Object.entries(result.beside).map(([name, figured]) => `${name} ${typeof figured === 'string' ? figured : withUnit(figured.value, figured.unit)}`);
    return [
      named(row),
      row.figure,
      goalsOf(row),
      [...ours, ...result.notes].join('; '),
      [...beside, ...(row.said ?? [])].join('; '),
      result.ratio === null ? '' : shown(result.ratio),
    ];
  });
  return table(['id', 'figure', 'to reach', 'ours', 'beside it, same run', 'ratio'], lines);
}

export function listTable(rows: readonly Row[]): string {
  const all = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = rows.map((row) => [named(row), row.figure, goalsOf(row), row.rounds === 1 ? 'once' : `median of ${row.rounds}`, duration(row.seconds)]);
  return `${table(['id', 'figure', 'to reach', 'rounds', 'takes about'], lines)}\n\nAll of them: about ${duration(all)}.`;
}
const duration = (seconds: number) => (seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

// ——— what was kept ———

export interface Kept {
  machine: string;
  rows: Record<string, { at: string; ours: Record<string, { value: number; spread: number }> }>;
}

/** Of a figure that was measured once nobody knows how far it spreads: as far as this machine drifts within minutes. */
const driftSpread = 0.15;
const leastSpread = 0.05;
const spreadKept = ({ spread }: Figured) => Math.max(leastSpread, spread ?? driftSpread);

/** Rows that were run now take the place of what was kept of them. */
export function keptAfter(before: Kept | null, text: string, results: readonly Result[], at: string): Kept {
  const now = results
    .filter(({ failed }) => failed === undefined)
    .map(({ id, ours }) => [id, { at, ours: Object.fromEntries(Object.entries(ours).map(([name, figured]) => [name, { value: figured.value, spread: spreadKept(figured) }])) }]);
  return { machine: text, rows: { ...before?.rows, ...Object.fromEntries(now) } };
}

/** Then → now of every figure that has a good way; what is worse by more than it spreads from run to run is marked. */
export function comparison(rows: readonly Row[], kept: Kept, results: readonly Result[]): string {
  const lines = results.flatMap((result) => {
    const row = rows.find(({ id }) => id === result.id) as Row;
    return Object.entries(result.ours).flatMap(([name, now]) => {
      const then = kept.rows[result.id]?.ours[name];
      const better = row.ours[name]?.better;
      if (!then || !better) return [];
      const ratio = now.value / then.value;
      const spread = Math.max(then.spread, spreadKept(now));
      const worse = better === 'more' ? now.value < then.value * (1 - spread) : now.value > then.value * (1 + spread);
      return [[result.id, name, `${withUnit(then.value, now.unit)} → ${withUnit(now.value, now.unit)}`, Number.isFinite(ratio) ? shown(ratio) : '', worse ? '**worse**' : '']];
    });
  });
  return lines.length === 0 ? 'Nothing was kept of these rows.' : table(['row', 'figure', 'then → now', 'ratio', ''], lines);
}
