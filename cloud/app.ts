/** The whole cloud, composed: the desk before and behind the path's threads. Nothing else here knows all of the others. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../devices/clock.ts';
import type { Logger } from '../devices/log.ts';
import { Accounts } from './accounts/accounts.ts';
import { openAlertReader } from './alerts/alerts.ts';
import { Cases } from './cases/cases.ts';
import { Commands } from './commands/commands.ts';
import { Desk, type NumberedChange as NumberedRow } from './desk/desk.ts';
import type { Ending } from './ending.ts';
import { Following } from './following.ts';
import { type Health, readHealth } from './health.ts';
import type { Hops } from './hops.ts';
import { buildHttp, identifyBy, isOwnOrigin, sessionCookie } from './http/http.ts';
import { firstLook, Inspection, mendLogs, mustBelongTogether } from './inspection/inspection.ts';
import type { Entry } from './journal/journal.ts';
import { Live } from './live/live.ts';
import { Metrics } from './metrics.ts';
import { startPath } from './path.ts';
import { Photos } from './photos/photos.ts';
import { missing, Register, system } from './register/register.ts';
import { seedRules } from './rules/rules.ts';
import type { Settings } from './settings.ts';
import { startThread } from './threads/start.ts';
import type { BrokerTells, InspectionCalls, RulesTells } from './threads/threads.ts';

export interface CloudOptions {
  settings: Settings;
  clock: Clock;
  log: Logger;
  version: string;
  /** Folder of the bundle, with a slash at its end: the threads lie in it, the page beside it. */
  here: URL;
  ending: Ending;
  /** Shows the password of the administrator who is being made, where none was given: it is kept nowhere but as its hash. */
  firstPassword(password: string): void;
  /** A part has died without which the cloud is of no use. */
  onDeath(reason: Error): void;
}

export interface RunningCloud {
  http: number;
  mqtt: number;
}

export async function startCloud({ settings, clock, log, version, here, ending, firstPassword, onDeath }: CloudOptions): Promise<RunningCloud> {
  const folder = settings.GW_DATA_DIR;
  const timezone = settings.GW_TIMEZONE;
  const logs = mendLogs(folder, clock.now());
  for (const { sentence } of logs) log.error(sentence);
  mustBelongTogether(folder);

  // What the threads tell before the desk is there is asked for again when it is.
  let told: { rules: RulesTells; broker: BrokerTells } | null = null;
  const starting = startPath({
    settings,
    log,
    here,
    ending,
    onDeath,
    brokerTells: {
      connected: (agent) => told?.broker.connected(agent),
      subscribed: (agent) => told?.broker.subscribed(agent),
      disconnected: (agent, clean) => told?.broker.disconnected(agent, clean),
    },
    rulesTells: {
      alerts: (changed, raised) => told?.rules.alerts(changed, raised),
      statuses: (changed) => told?.rules.statuses(changed),
      readings: (readings) => told?.rules.readings(readings),
      outgoing: (rows) => told?.rules.outgoing(rows),
    },
  });
  // Each thread looks at its own file meanwhile.
  firstLook(join(folder, 'desk.db'), clock);
  const path = await starting;

  // ——— the desk ———
  const toJournal = (changes: NumberedRow[]) =>
    path.journal.append(
      changes.map(({ id, change }): Entry => ({ type: 'change', change: { ...change, n: id }, rx: clock.now() })),
      'event',
    );
  const desk = new Desk({ dataDir: folder, clock, log, append: toJournal });
  await desk.start();
  ending.add('desk', () => desk.stop());
  const register = new Register({
    desk,
    clock,
    latest: (ids) => path.rules.latest(ids),
    gate: { put: (credential) => path.broker.putCredential(credential), remove: (id) => path.broker.removeCredential(id) },
    counts: () => path.rules.agents(),
    online: async () => (await path.broker.stats()).online,
  });
  await register.start();
  await register.rules.seed(seedRules());
  const accounts = new Accounts({ desk, clock, log, missing });
  await accounts.ensureAdministrator(settings.GW_ADMIN_PASSWORD ?? undefined, firstPassword);
  const photos = new Photos({ dir: join(folder, 'photos'), timezone, log });
  await photos.start();
  const cases = new Cases({ desk, clock, log, timezone, register });
  const commands = new Commands({
    desk,
    clock,
    log,
    register,
    carriers: {
      send: (agent, topic, payload) => path.broker.send(agent, topic, payload),
      sendDownlink: (bridge, topic, payload) => path.broker.sendDownlink(bridge, topic, payload),
      downlink: () => ({ unsupported: 'This dialect has no downlink for the device yet.' }),
    },
    follow: async (device, change) => void (await register.devices.patch(system, device, change)),
  });
  const alerts = openAlertReader(join(folder, 'rules.db'));
  ending.add('alerts', () => alerts.close());
  const following = new Following({
    clock,
    log,
    takers: { 'case-wanted': (rows) => cases.wanted(rows), reply: (rows) => commands.replies(rows) },
    done: (seqs) => path.rules.done(seqs),
  });
  ending.add('what follows', () => following.stop());

  // ——— the outside ———
  let ready = false;
  // A thread for each look: it is large files and a minute of each day.
  const lookOnce = () =>
    new Promise<string[]>((resolve, onDeath) => {
      const thread = startThread<InspectionCalls, object>({ name: 'inspection', here, log, data: { folder }, transfer: [], onDeath }, {});
      thread.calls
        .look()
        .finally(() => thread.stop(0))
        .then(resolve, onDeath);
    });
  const inspection = new Inspection({ clock, log, look: lookOnce });
  ending.add('inspection', () => inspection.stop());
  const metrics = new Metrics();
  const identify = identifyBy(accounts, register.agents);
  const look = async (): Promise<{ health: Health; hops: Hops }> =>
    ready
      ? readHealth(path, {
          following: following.stats(),
          live: live.stats(),
          liveHops: live.hops,
          damage: [...logs.map(({ sentence }) => sentence), ...inspection.found],
        })
      : { health: { status: 'starting', problems: ['The cloud is starting.'], stages: {}, hops: {} }, hops: {} };
  const http = await buildHttp({
    clock,
    log,
    version,
    pageDir: fileURLToPath(new URL('../page/', here)),
    identify,
    desk,
    accounts,
    register,
    alerts,
    actOnAlert: (act) => path.rules.act(act),
    cases,
    photos,
    commands,
    telemetry: { query: (query) => path.telemetry.query(query) },
    parked: {
      ingest: { list: (limit, before) => path.rules.parked(limit, before), total: () => path.rules.parkedTotal() },
      telemetry: { list: (limit, before) => path.telemetry.parked(limit, before), total: () => path.telemetry.parkedTotal() },
    },
    health: async () => (await look()).health,
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text(await look()) }),
  });

  const live = new Live({
    clock,
    log,
    desk,
    register,
    identify,
    sessionCookie,
    isOwnOrigin,
    openAlerts: () => alerts.open(),
    openCases: () => cases.open(),
    latest: (devices) => path.rules.latest(devices),
    watch: (devices) => void path.rules.watch(devices),
  });
  cases.onChange((changed) => live.cases(changed));
  register.devices.onChange((changed) => {
    live.devices(changed);
  });
  accounts.onRightsChange((change) => live.rightsChanged(change));

  told = {
    rules: {
      alerts: (changed, raised) => live.alerts(changed, raised),
      statuses: (changed) => {
        register.setStatuses(changed);
        live.statuses(changed);
      },
      readings: (readings) => live.readings(readings),
      outgoing: (rows) => following.take(rows),
    },
    broker: { connected() {}, subscribed: (agent) => commands.subscribed(agent), disconnected() {} },
  };
  register.setStatuses(await path.rules.statuses());
  following.take(await path.rules.undone());

  await live.start(http.server);
  const { port: httpPort } = await http.listen(settings.GW_HOST, settings.GW_HTTP_PORT);
  ending.add('http', () => http.stop());
  ending.add('live', () => live.stop());
  await path.broker.setCredentials(await register.agents.credentials());
  await path.journal.listening(true);
  const { port: mqttPort } = await path.broker.listen();
  await commands.start();
  ending.add('commands', () => commands.stop());
  inspection.start();
  ready = true;
  return { http: httpPort, mqtt: mqttPort };
}
