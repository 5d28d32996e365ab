/** Every step that desk.db has taken, oldest first. One more step is one new file and one line here; a step that was released never changes. */
import type { Migration } from 'kysely';
import * as outbox from './migrations/001-outbox.ts';
import * as accounts from './migrations/002-accounts.ts';
import * as register from './migrations/003-register.ts';
import * as cases from './migrations/004-cases.ts';
import * as commands from './migrations/005-commands.ts';
import * as live from './migrations/006-live.ts';

export const migrations: Record<string, Migration> = {
  '001-outbox': outbox,
  '002-accounts': accounts,
  '003-register': register,
  '004-cases': cases,
  '005-commands': commands,
  '006-live': live,
};
