/** The door of the live view: over socket.io everyone has, without gap or blend, what that one may see. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { type Clock, every } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { type Credentials, may, type RightsChange, type Viewer } from '../accounts/accounts.ts';
import type { PlacedAlert } from '../alerts/alerts.ts';
import type { CaseChange, CaseRecord } from '../cases/cases.ts';
import type { Desk } from '../desk/desk.ts';
import { Hop, type Hops } from '../hops.ts';
import type { DeviceChange, Register } from '../register/register.ts';
import { samePlace } from '../scope.ts';
import type { Latest, LiveReading, Raised, Status } from '../threads/threads.ts';
import { type Identity, shownBy } from './handshake.ts';
import { Member, Members } from './members.ts';
import { type Answer, asks, type Resume, type Watch } from './messages.ts';
import { Present } from './present.ts';
import { Sending } from './sending.ts';
import { Versions } from './versions.ts';
import { Watching } from './watching.ts';

export * as messages from './messages.ts';

export interface LiveDeps {
  clock: Clock;
  log: Logger;
  desk: Pick<Desk, 'act'>;
  register: { devices: Pick<Register['devices'], 'glance' | 'glances'> };
  /** Whom a cookie or a token stands for, with the rights of now; undefined: nobody. */
  identify(credentials: Credentials): Promise<Identity | undefined>;
  /** Name of the session's cookie. */
  sessionCookie: string;
  /** Whether a page of this origin is ours. */
  isOwnOrigin(origin: string, host: string | undefined): boolean;
  /** All that are not resolved (AlertReader.open) and all that are open (Cases.open): read once, at the start. */
  openAlerts(): PlacedAlert[];
  openCases(): Promise<CaseRecord[]>;
  /** RulesCalls.latest. */
  latest(devices: string[]): Promise<Map<string, Latest>> | Map<string, Latest>;
  /** RulesCalls.watch. */
  watch(devices: string[]): void;
  /** Packets that may wait in a client's connection before it counts as behind; 256 unless told. Their bytes are shared by all who are sent them. */
  maxWaiting?: number;
}

/** Changes that come within so many milliseconds go out together; the first after a pause goes at once. */
const gatherMs = 20;
const sweepMs = 500;
/** What a client sends is small. */
const maxMessageBytes = 65_536;

export class Live {
  readonly #deps: LiveDeps;
  readonly #present = new Present();
  readonly #members = new Members();
  readonly #versions: Versions;
  #io: Server | null = null;
  #sending: Sending | null = null;
  #watching: Watching | null = null;
  #devicesTold: Promise<void> = Promise.resolve();
  #cancelFlush: (() => void) | null = null;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #stopSweep: () => void = () => {};
  #detach: () => void = () => {};
  #refused = 0;
  #timed: Raised[] = [];
  /** From the disk to the sockets; from the device's event to the sockets. */
  readonly #socketHop: Hop;
  readonly #screenHop: Hop;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.#versions = new Versions({ desk: deps.desk, log: deps.log });
    this.#socketHop = new Hop(deps.clock);
    this.#screenHop = new Hop(deps.clock);
  }

  /** Reads what is open and takes sockets on this server. What changes may be told before, too. */
  async start(server: HttpServer): Promise<void> {
    const { clock, register, isOwnOrigin } = this.#deps;
    await this.#versions.start();
    const cases = await this.#deps.openCases();
    this.#present.load(this.#deps.openAlerts(), cases);
    const before = listenersOf(server);
    const io = new Server(server, {
      serveClient: false,
      transports: ['websocket', 'polling'],
      maxHttpBufferSize: maxMessageBytes,
      connectTimeout: 10_000,
      // The page knows by it that it is live.
      pingInterval: 4_000,
      pingTimeout: 20_000,
      perMessageDeflate: false,
      allowRequest: (request: IncomingMessage, answer) => {
        const { origin, host } = request.headers;
        answer(null, origin === undefined || isOwnOrigin(origin, host));
      },
    });
    this.#io = io;
    this.#detach = detaching(server, before);
    this.#sending = new Sending({ io: io.of('/'), present: this.#present, members: this.#members, versions: this.#versions, devices: () => register.devices.glances() });
    this.#watching = new Watching({ io: io.of('/'), clock, placed: (device) => register.devices.glance(device)?.placed, watch: this.#deps.watch });
    io.use((socket, next) => {
      this.#admit(socket).then(() => next(), next);
    });
    io.on('connection', (socket) => this.#joined(socket));
    this.#stopSweep = every(clock, sweepMs, () => this.#sweep());
  }

  /** Cuts all sockets. Call it before the server is closed. Twice is harmless. */
  async stop(): Promise<void> {
    this.#stopSweep();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#watching?.stop();
    const io = this.#io;
    this.#io = null;
    this.#sending = null;
    this.#watching = null;
    if (!io) return;
    io.disconnectSockets(true);
    // Not io.close(): that would close the server, which is not ours.
    io.engine.close();
    this.#detach();
  }

  // ——— what happens ———

  /** `raised`: what is to be timed on its way to the sockets. */
  alerts(changed: readonly PlacedAlert[], raised: readonly Raised[] = []): void {
    for (const one of changed) this.#present.alert(one);
    if (this.#members.size > 0) this.#timed.push(...raised);
    this.#gather();
  }

  cases(changed: readonly CaseChange[]): void {
    for (const one of changed) this.#present.case(one);
    this.#gather();
  }

  /** Devices that the register does not hold are passed over. */
  statuses(changed: readonly { id: string; status: Status }[]): void {
    for (const { id, status } of changed) {
      const placed = this.#deps.register.devices.glance(id)?.placed;
      if (placed) this.#present.device({ id, status }, placed, placed);
    }
    this.#gather();
  }

  /** Devices that are new or were changed, told in that order. What may come into a view is asked for its newest values first, to come whole. */
  devices(changed: readonly DeviceChange[]): void {
    this.#devicesTold = this.#devicesTold
      .then(() => this.#devices(changed))
      .catch((error) => this.#deps.log.error({ reason: reasonOf(error) }, 'a change of devices was not told live'));
  }

  async #devices(changed: readonly DeviceChange[]): Promise<void> {
    const moved = changed.filter(({ placed, before }) => before !== null && !samePlace(placed, before)).map(({ device }) => device.id);
    const latest = moved.length > 0 ? await this.#deps.latest(moved) : new Map<string, Latest>();
    for (const { device, placed, before } of changed) {
      const isWhole = before === null || moved.includes(device.id);
      this.#present.device(isWhole ? { ...device, latest: latest.get(device.id) ?? null } : device, placed, before);
    }
    this.#gather();
  }

  readings(readings: readonly LiveReading[]): void {
    this.#watching?.readings(readings);
  }

  /** Sockets of this account, or of this session or token alone, are asked again who they are. */
  rightsChanged({ username, session, token }: RightsChange): void {
    for (const member of this.#members.all()) {
      const { viewer } = member;
      if (viewer.username !== username) continue;
      if (session !== undefined && !('session' in viewer.via && viewer.via.session === session)) continue;
      if (token !== undefined && !('token' in viewer.via && viewer.via.token === token)) continue;
      void this.#askAgain(member);
    }
  }

  get hops(): Hops {
    return { socket: this.#socketHop.summary, screen: this.#screenHop.summary };
  }

  stats() {
    const { deltas, snapshots, replays, skipped } = this.#sending?.counts ?? { deltas: 0, snapshots: 0, replays: 0, skipped: 0 };
    return { sockets: this.#members.size, views: this.#members.groups, version: this.#versions.last, deltas, snapshots, replays, skipped, refused: this.#refused };
  }

  // ——— who comes ———

  async #admit(socket: Socket): Promise<void> {
    const credentials = shownBy(socket.handshake, this.#deps.sessionCookie);
    const identity = await this.#deps.identify(credentials).catch((error) => {
      this.#deps.log.warn({ reason: reasonOf(error) }, 'a socket could not be identified');
      throw Object.assign(new Error('It cannot be done now; try again.'), { data: { status: 503 } });
    });
    if (!identity || !('viewer' in identity) || !may(identity.viewer, 'read'))
      throw Object.assign(new Error('Sign in, or send an API token as auth.token.'), { data: { status: 401 } });
    socket.data = { credentials, viewer: identity.viewer };
  }

  #joined(socket: Socket): void {
    const { credentials, viewer } = socket.data as { credentials: Credentials; viewer: Viewer };
    const member = new Member(socket, credentials, viewer, this.#deps.clock, this.#deps.maxWaiting ?? 256);
    this.#members.add(member);
    socket.onAny((event: unknown, ...args: unknown[]) => this.#asked(member, event, args));
    socket.on('disconnect', () => {
      this.#watching?.set(member, []);
      this.#members.remove(member);
    });
    // Its rights may have changed between the handshake and now.
    void this.#askAgain(member);
    this.#gather();
  }

  #asked(member: Member, event: unknown, args: unknown[]): void {
    const body = this.#answer(member, event, args[0]);
    if (!body.ok) this.#refused++;
    const last = args.at(-1);
    if (typeof last === 'function') last(body);
  }

  #answer(member: Member, event: unknown, body: unknown): Answer {
    if (!member.mayAsk()) return { ok: false, error: 'too many at once; wait a little' };
    if (typeof event !== 'string' || !Object.hasOwn(asks, event)) return { ok: false, error: `there are ${Object.keys(asks).join(' and ')}` };
    const { check, allowed } = asks[event as keyof typeof asks];
    if (!check.Check(body)) return { ok: false, error: `${event} takes ${allowed}` };
    if (event === 'watch') return { ok: true, devices: this.#watching?.set(member, (body as Watch).devices) ?? [] };
    member.wants = { after: (body as Resume).version };
    this.#gather();
    return { ok: true };
  }

  /** Another view, or none any longer. */
  async #askAgain(member: Member): Promise<void> {
    let identity: Identity | undefined;
    try {
      identity = await this.#deps.identify(member.credentials);
    } catch (error) {
      // Who cannot be asked is not shown anything more.
      this.#deps.log.warn({ reason: reasonOf(error) }, 'a socket could not be identified again');
    }
    if (member.socket.disconnected) return;
    if (!identity || !('viewer' in identity) || !may(identity.viewer, 'read')) {
      member.socket.disconnect(true);
      return;
    }
    const { viewer } = identity;
    const same = viewer.username === member.viewer.username && viewer.role === member.viewer.role && JSON.stringify(viewer.scope) === JSON.stringify(member.viewer.scope);
    if (same) member.viewer = viewer;
    else {
      this.#members.move(member, viewer);
      this.#watching?.set(member, [...member.watched]);
      this.#gather();
    }
  }

  // ——— when it goes out ———

  #gather(): void {
    if (this.#cancelFlush || !this.#sending) return;
    const now = this.#deps.clock.mono();
    this.#cancelFlush = this.#deps.clock.after(Math.max(0, this.#flushedAt + gatherMs - now), () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = null;
    this.#flushedAt = this.#deps.clock.mono();
    this.#sending?.flush(this.#present.take());
    const now = this.#deps.clock.now();
    for (const { committed, measured } of this.#timed.splice(0)) {
      this.#socketHop.record(now - committed);
      if (measured !== null) this.#screenHop.record(now - measured);
    }
  }

  /** Those who have caught up, whose time is over, and those who still wait for a version. */
  #sweep(): void {
    const now = this.#deps.clock.now();
    let wanting = false;
    for (const member of this.#members.all()) {
      if (member.behind && member.drained) {
        member.behind = false;
        member.wants = 'snapshot';
      }
      if (member.wants && !member.behind) wanting = true;
      if (member.viewer.until !== undefined && member.viewer.until <= now) void this.#askAgain(member);
    }
    if (wanting) this.#gather();
  }
}

const serverEvents = ['request', 'upgrade'] as const;
type Listener = (...args: unknown[]) => void;
const listenersOf = (server: HttpServer) => new Map(serverEvents.map((event) => [event, server.listeners(event) as Listener[]]));

/** socket.io puts itself before the server's own listeners and has no way back: this is it. */
function detaching(server: HttpServer, before: ReturnType<typeof listenersOf>): () => void {
  const after = listenersOf(server);
  return () => {
    for (const event of serverEvents) {
      const [own = [], theirs = []] = [before.get(event), after.get(event)];
      for (const listener of theirs) if (!own.includes(listener)) server.removeListener(event, listener);
      for (const listener of own) if (!theirs.includes(listener)) server.on(event, listener);
    }
  };
}
