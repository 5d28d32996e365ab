/** The whole cloud, composed: the desk before and behind the path's threads. Nothing else here knows all of the others. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../devices/clock.ts';
import type { Logger } from '../devices/log.ts';
import { Accounts } from './accounts/accounts.ts';
import { Desk } from './desk/desk.ts';
import type { Ending } from './ending.ts';
import { type Health, readHealth } from './health.ts';
import { buildHttp, identifyBy } from './http/http.ts';
import { Metrics } from './metrics.ts';
import { startPath } from './path.ts';
import { missing, Register } from './register/register.ts';
import { seedRules } from './rules/rules.ts';
import type { Settings } from './settings.ts';

export interface CloudOptions {
  settings: Settings;
  clock: Clock;
  log: Logger;
  /** Folder of the bundle, with a slash at its end: the threads lie in it, the page beside it. */
  here: URL;
  ending: Ending;
  /** A part has died without which the cloud is of no use. */
  onDeath(reason: Error): void;
}

export interface RunningCloud {
  http: number;
  mqtt: number;
  /** Of the administrator made a moment ago, where none was given; to be shown once. */
  adminPassword: string | null;
}

export const version = '0.1.0';

export async function startCloud({ settings, clock, log, here, ending, onDeath }: CloudOptions): Promise<RunningCloud> {
  const folder = settings.GW_DATA_DIR;
  let register: Register | null = null;

  const path = await startPath({
    settings,
    log,
    here,
    ending,
    onDeath,
    brokerTells: { connected() {}, subscribed() {}, disconnected() {} },
    rulesTells: {
      alerts() {},
      statuses: (changed) => register?.setStatuses(changed),
      readings() {},
      outgoing() {},
    },
  });

  const desk = new Desk({
    dataDir: folder,
    clock,
    log,
    append: (changes) =>
      path.journal.append(
        changes.map(({ id, change }) => ({ type: 'change', change: { ...change, n: id }, rx: clock.now() })),
        'event',
      ),
  });
  await desk.start();
  ending.add('desk', () => desk.stop());

  register = new Register({
    desk,
    clock,
    latest: (ids) => path.rules.latest(ids),
    gate: { put: (credential) => path.broker.putCredential(credential), remove: (id) => path.broker.removeCredential(id) },
    counts: () => path.rules.agents(),
    online: async () => (await path.broker.stats()).online,
  });
  await register.start();
  await register.rules.seed(seedRules());
  register.setStatuses(await path.rules.statuses());
  const accounts = new Accounts({ desk, clock, log, missing: (trx, what, ids) => missing(trx, what, ids) });
  const made = await accounts.ensureAdministrator(settings.GW_ADMIN_PASSWORD ?? undefined);

  let ready = false;
  const metrics = new Metrics();
  const health = async (): Promise<Health> => (ready ? readHealth(path) : { status: 'starting', problems: ['The cloud is starting.'], stages: {} });
  const http = await buildHttp({
    clock,
    log,
    version,
    pageDir: fileURLToPath(new URL('../page/', here)),
    identify: identifyBy(accounts, register.agents),
    desk,
    accounts,
    register,
    telemetry: { query: (query) => path.telemetry.query(query) },
    parked: {
      ingest: { list: (limit, before) => path.rules.parked(limit, before), total: () => path.rules.parkedTotal() },
      telemetry: { list: (limit, before) => path.telemetry.parked(limit, before), total: () => path.telemetry.parkedTotal() },
    },
    health,
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text(await health()) }),
  });
  const { port: httpPort } = await http.listen(settings.GW_HOST, settings.GW_HTTP_PORT);
  ending.add('http', () => http.stop());

  await path.broker.setCredentials(await register.agents.credentials());
  await path.journal.listening(true);
  const { port: mqttPort } = await path.broker.listen();
  ready = true;
  return { http: httpPort, mqtt: mqttPort, adminPassword: made?.password ?? null };
}
