/** What the routes are made of, handed in by cloud/app.ts. One more store is one more line here. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { AlertAct, AlertActResult, AlertReader } from '../alerts/alerts.ts';
import type { Cases } from '../cases/cases.ts';
import type { Commands } from '../commands/commands.ts';
import type { Desk } from '../desk/desk.ts';
import type { Health } from '../health.ts';
import type { Photos } from '../photos/photos.ts';
import type { Register } from '../register/register.ts';
import type { Series, TelemetryQuery } from '../telemetry/telemetry.ts';
import type { ParkedRow } from '../threads/threads.ts';
import type { Identify } from './auth.ts';

/** A shelf of parked messages. Ids end in `-<n>`; `list` gives the newest first, those before `n`. */
export interface ParkedSource {
  list(limit: number, before: number | null): Promise<ParkedRow[]> | ParkedRow[];
  total(): Promise<number> | number;
}

export interface HttpDeps {
  clock: Clock;
  log: Logger;
  /** Version of the product, for the OpenAPI document. */
  version: string;
  /** Where Vite has put the page; it may be missing (then `/` says so). */
  pageDir: string;
  /** Made by `identifyBy`. */
  identify: Identify;
  /** For reading what was done (audit). */
  desk: Desk;
  accounts: Accounts;
  register: Register;
  alerts: AlertReader;
  /** RulesCalls.act. */
  actOnAlert(act: AlertAct): Promise<AlertActResult>;
  cases: Cases;
  photos: Photos;
  commands: Commands;
  /** TelemetryCalls.query. */
  telemetry: { query(query: TelemetryQuery): Promise<Series[] | { tooMany: true; every: string }> };
  /** By stage: `ingest`, `telemetry`. */
  parked: Record<string, ParkedSource>;
  health(): Promise<Health>;
  metrics(): Promise<{ contentType: string; text: string }>;
}
