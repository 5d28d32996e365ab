/** What a row of the table is: figures of ours, those beside them from the same run, and what is to be reached. */

export interface Measure {
  unit: string;
  /** Which way is good; null: it is only told, and compared with nothing. */
  better: 'more' | 'less' | null;
  reach?: number;
}
export const atLeast = (reach: number, unit: string): Measure => ({ unit, better: 'more', reach });
export const atMost = (reach: number, unit: string): Measure => ({ unit, better: 'less', reach });
export const more = (unit: string): Measure => ({ unit, better: 'more' });
export const less = (unit: string): Measure => ({ unit, better: 'less' });
export const told = (unit: string): Measure => ({ unit, better: null });

export type Measures = Record<string, Measure>;

export interface RunOptions {
  /** Counts and times so small that they show only that the row works. */
  short: boolean;
  /** `full`, or `small` where the run is short. */
  size(full: number, small: number): number;
  /** Tells how far it has come. */
  say(line: string): void;
}

export interface Run<Ours extends Measures, Beside extends Measures> {
  ours: Record<keyof Ours, number>;
  /** A word instead of a number: why there is none. */
  beside: Record<keyof Beside, number | string>;
  /** What a reader of the table should know of this run. */
  notes?: string[];
  /** Everything that was measured, for the JSON file. */
  raw?: unknown;
}

export interface Row<Ours extends Measures = Measures, Beside extends Measures = Measures> {
  id: string;
  /** The figure's text in the table. */
  figure: string;
  ours: Ours;
  beside: Beside;
  /** Which of ours is divided by which beside it. */
  ratio?: [ours: keyof Ours & string, beside: keyof Beside & string];
  /** What stands beside it without being measured: what others document, what comes later. */
  said?: string[];
  /** The medians of so many runs are shown. A long row is run once. */
  rounds: number;
  /** About how long all its rounds take. */
  seconds: number;
  run(options: RunOptions): Promise<Run<Ours, Beside>>;
}

/** Holds what a row measures to what it says it measures, then lets it stand among others. */
export const row = <Ours extends Measures, Beside extends Measures>(one: Row<Ours, Beside>): Row => one as unknown as Row;
