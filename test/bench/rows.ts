/** The rows of the table, in its order: each family is a file in rows/, each row a name here. */
import type { Row } from './row.ts';
import { backlog } from './rows/backlog.ts';
import { batches } from './rows/batches.ts';
import { chart } from './rows/chart.ts';
import { connections } from './rows/connections.ts';
import { generator } from './rows/generator.ts';
import { memory } from './rows/memory.ts';
import { page } from './rows/page.ts';
import { ruleFired } from './rows/rule-fired.ts';
import { singles } from './rows/singles.ts';
import { start } from './rows/start.ts';
import { storeSize } from './rows/store-size.ts';
import { storm } from './rows/storm.ts';
import { toScreen, toScreenCrowded } from './rows/to-screen.ts';
import { viewers } from './rows/viewers.ts';
import { wholePathEmbedded, wholePathInflux } from './rows/whole-path.ts';

export const rows: readonly Row[] = [
  generator,
  wholePathInflux,
  wholePathEmbedded,
  batches,
  singles,
  ruleFired,
  toScreen,
  toScreenCrowded,
  storm,
  backlog,
  memory,
  connections,
  viewers,
  start,
  chart,
  storeSize,
  page,
];
