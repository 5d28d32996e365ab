/** Every step that desk.db has taken, oldest first. One more step is one new file and one line here; a step that was released never changes. */
import type { Migration } from 'kysely';
import * as outbox from './migrations/001-outbox.ts';

export const migrations: Record<string, Migration> = {
  '001-outbox': outbox,
};
