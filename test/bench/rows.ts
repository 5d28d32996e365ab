/** The rows of the table, in its order: each family is a file in rows/, each row a name here. */
import type { Row } from './row.ts';
import { batches } from './rows/batches.ts';
import { generator } from './rows/generator.ts';
import { ruleFired } from './rows/rule-fired.ts';
import { singles } from './rows/singles.ts';
import { storm } from './rows/storm.ts';
import { toScreen, toScreenCrowded } from './rows/to-screen.ts';
import { wholePathEmbedded, wholePathInflux } from './rows/whole-path.ts';

export const rows: readonly Row[] = [generator, wholePathInflux, wholePathEmbedded, batches, singles, ruleFired, toScreen, toScreenCrowded, storm];
