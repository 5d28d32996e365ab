import { io, type Socket } from 'socket.io-client';
import { onHeard } from '../app/api.ts';
import { devices } from '../app/lists.svelte.ts';
import { now } from '../app/now.svelte.ts';
import { session } from '../app/session.svelte.ts';
import type { Alert, Case, Device, Status, Values } from '../app/shapes.ts';
import { type Basis, budgetMs, ClockOffset, Rolling, type Sample, sampleOf } from './latency.ts';
import { type LinkState, linkState, staleMs } from './link.ts';
import { type Change, type Delta, nothingHeld, type Snapshot, takeDelta, takeSnapshot } from './reduce.ts';

/** One `reading` of a watched device. */
export interface Reading {
  device: string;
  ts: number;
  rx: number;
  values: Values;
}
/** While the page first draws itself, its delays are not counted. */
const settleMs = 5000;
type Raised = (raised: Change['raised'][number], first: boolean) => void;

/**
 * The live view: what the cloud tells over socket.io, kept current, with no gap. Components read `alerts`, `cases`, `statusOf`; what they read decides
 * when they are drawn again.
 */
class Live {
  #held = nothingHeld();
  #socket: Socket | null = null;
  #alertsAt = $state(0);
  #casesAt = $state(0);
  #statusesAt = $state(0);
  #connected = $state(false);
  #loaded = $state(false);
  #attempts = $state(0);
  #lastHeard = $state(0);
  /** When silence was last found too long; between the ticks of the page's clock. */
  #silentAt = $state(0);
  /** The newest alert's time to this screen. */
  latest = $state.raw<Sample | null>(null);
  latestId = $state<string | null>(null);
  p99 = $state<number | null>(null);
  /** What a reconnect brought, shown for a moment. */
  caughtUp = $state.raw<{ items: number; whole: boolean } | null>(null);
  #rolling = new Rolling();
  #offset = new ClockOffset();
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #lost = false;
  #resuming = false;
  #loadedAt = 0;
  #raisedListeners = new Set<Raised>();
  #readingListeners = new Map<string, Set<(reading: Reading) => void>>();

  readonly link: LinkState = $derived(
    linkState(
      { connected: this.#connected, attempts: this.#attempts, loaded: this.#loaded, lastHeard: this.#lastHeard, p99: this.p99 },
      Math.max(now.ms, this.#silentAt),
      budgetMs,
    ),
  );
  readonly alerts: readonly Alert[] = $derived.by(() => {
    this.#alertsAt;
    return [...this.#held.alerts.values()];
  });
  readonly cases: readonly Case[] = $derived.by(() => {
    this.#casesAt;
    return [...this.#held.cases.values()];
  });

  alert(id: string | null | undefined): Alert | undefined {
    this.#alertsAt;
    return id ? this.#held.alerts.get(id) : undefined;
  }
  openCase(id: string | null | undefined): Case | undefined {
    this.#casesAt;
    return id ? this.#held.cases.get(id) : undefined;
  }
  /** Grows with each change of any status. */
  get statusVersion(): number {
    return this.#statusesAt;
  }
  statusOf(device: string): Status {
    this.#statusesAt;
    return this.#held.statuses.get(device) ?? 'ok';
  }
  /** How many devices stand in each status; `ok` ones are not told of and not counted. */
  readonly abnormal: Record<Exclude<Status, 'ok'>, number> = $derived.by(() => {
    this.#statusesAt;
    const counts = { warning: 0, alarm: 0, offline: 0, unknown: 0 };
    for (const status of this.#held.statuses.values()) if (status !== 'ok') counts[status]++;
    return counts;
  });
  get loaded(): boolean {
    return this.#loaded;
  }
  /** The cloud's time now, as this screen estimates it, ms. */
  cloudTime(screen: number): number {
    return screen + this.#offset.ms;
  }

  start(): void {
    if (this.#socket) return;
    onHeard(({ sent, received, date }) => this.#offset.add(sent, received, date));
    this.#lastHeard = Date.now();
    this.#watchSilence();
    const socket = io({ transports: ['websocket'], reconnectionDelay: 500, reconnectionDelayMax: 5000, timeout: 5000 });
    this.#socket = socket;
    socket.on('connect', () => {
      this.#connected = true;
      this.#attempts = 0;
      this.#resuming = false;
      this.#hear();
      if (this.#held.version !== null) socket.emit('resume', { version: this.#held.version });
      this.#sendWatch();
    });
    socket.on('disconnect', (reason) => {
      this.#connected = false;
      this.#lost = true;
      // The cloud cut us (rights changed, or it is stopping): this client does not come back by itself.
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1000);
    });
    socket.io.on('reconnect_attempt', (attempt) => {
      this.#attempts = attempt;
    });
    socket.on('connect_error', () => {
      this.#attempts++;
      // The session may have ended: ask, and the sign-in comes up if so.
      void session.check();
      if (!socket.active) setTimeout(() => socket.connect(), 2000);
    });
    // The transport's own heartbeat, and one of ours where the cloud sends it.
    socket.io.on('ping', () => this.#hear());
    socket.on('heartbeat', () => this.#hear());
    socket.on('snapshot', (snapshot: Snapshot) => this.#took(takeSnapshot(this.#held, snapshot), true));
    socket.on('delta', (delta: Delta) => {
      const change = takeDelta(this.#held, delta);
      if (change === 'gap') {
        this.#hear();
        // Once for a gap: what is on its way meanwhile shows the same gap again.
        if (!this.#resuming && this.#held.version !== null) socket.emit('resume', { version: this.#held.version });
        this.#resuming = true;
        return;
      }
      for (const device of delta.devices ?? []) if (!('gone' in device && device.gone)) devices.change(device.id, device as Partial<Device>);
      this.#took(change, false);
    });
    socket.on('reading', (reading: Reading) => {
      this.#hear();
      this.#measure(reading.ts, reading.rx, null);
      for (const listener of this.#readingListeners.get(reading.device) ?? []) listener(reading);
    });
  }

  stop(): void {
    clearTimeout(this.#silenceTimer);
    this.#socket?.disconnect();
    this.#socket = null;
  }
  /** After a new sign-in the socket must carry the new session. */
  again(): void {
    this.#socket?.disconnect().connect();
  }

  /** Told of each alert that is new, worse, or an SOS pressed again; `first`: it came with the first snapshot. Returns how to stop. */
  onRaised(listener: Raised): () => void {
    this.#raisedListeners.add(listener);
    return () => this.#raisedListeners.delete(listener);
  }
  /** Readings of a device as they come. Returns how to stop. */
  watch(device: string, listener: (reading: Reading) => void): () => void {
    const listeners = this.#readingListeners.get(device) ?? new Set();
    listeners.add(listener);
    this.#readingListeners.set(device, listeners);
    this.#sendWatch();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#readingListeners.delete(device);
      this.#sendWatch();
    };
  }

  #sendWatch(): void {
    if (this.#connected) this.#socket?.emit('watch', { devices: [...this.#readingListeners.keys()].slice(0, 200) });
  }
  /** The page's clock moves once a second: silence is told of as soon as it is too long, not at the next tick. */
  #watchSilence(): void {
    const left = this.#lastHeard + staleMs + 1 - Date.now();
    if (left <= 0) this.#silentAt = Date.now();
    this.#silenceTimer = setTimeout(() => this.#watchSilence(), left > 0 ? left : 1000);
  }
  #hear(): void {
    this.#lastHeard = Date.now();
  }
  #took(change: Change, whole: boolean): void {
    this.#hear();
    const first = !this.#loaded;
    if (first) this.#loadedAt = performance.now();
    this.#loaded = true;
    this.#resuming = false;
    if (change.alerts) this.#alertsAt++;
    if (change.cases) this.#casesAt++;
    if (change.statuses) this.#statusesAt++;
    if (this.#lost) {
      this.#lost = false;
      const told = { items: change.items, whole };
      this.caughtUp = told;
      setTimeout(() => {
        if (this.caughtUp === told) this.caughtUp = null;
      }, 6000);
    }
    for (const raised of change.raised) for (const listener of this.#raisedListeners) listener(raised, first);
    if (whole) return;
    // Measured when it is on the screen, not when it arrived.
    for (const { alert, why } of change.raised) if (why === 'new') requestAnimationFrame(() => this.#measure(alert.firstTs, alert.rx, alert.id, alert.events.length > 0));
  }
  /** `counts`: a rule's hold is no delay of the path, so only what an event or a reading brought goes into the rolling figure. */
  #measure(ts: number, rx: number, newest: string | null, counts = true): void {
    // A page nobody looks at is throttled by its browser: that is no delay of the path. Nor is its own first drawing.
    if (document.visibilityState !== 'visible' || performance.now() - this.#loadedAt < settleMs) counts = false;
    const sample = sampleOf(ts, rx, Date.now(), this.#offset.ms);
    if (newest !== null) {
      this.latest = sample;
      this.latestId = newest;
    }
    if (counts) this.#rolling.add(sample);
    const basis: Basis = this.latest?.basis ?? sample.basis;
    this.p99 = this.#rolling.p99(Date.now(), basis);
  }
}
export const live = new Live();
