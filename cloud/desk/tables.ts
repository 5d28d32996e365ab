/** The tables of desk.db, one interface a file in `tables/`; each belongs to the store that bears its name. */
import type { OutboxTable } from './tables/outbox.ts';

export interface DeskTables {
  outbox: OutboxTable;
}
