/** What the routes are made of, handed in by cloud/app.ts. One more store is one more line here. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Register } from '../register/register.ts';
import type { Identify } from './auth.ts';

export interface HttpDeps {
  clock: Clock;
  log: Logger;
  /** Version of the product, for the OpenAPI document. */
  version: string;
  /** Where Vite has put the page; it may be missing (then `/` says so). */
  pageDir: string;
  /** Made by `identifyBy`. */
  identify: Identify;
  accounts: Accounts;
  register: Register;
}
