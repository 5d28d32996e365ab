/** The rows of the table, in its order: each is a file in rows/ and a line here. */

import type { Row } from './row.ts';
import { generator } from './rows/generator.ts';
import { wholePathEmbedded, wholePathInflux } from './rows/whole-path.ts';

export const rows: readonly Row[] = [generator, wholePathInflux, wholePathEmbedded];
