import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { Server as SocketServer } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linked, openBrowser, signedIn } from '../kit/browser.ts';
import { seeded } from '../kit/line.ts';
import { adminPassword, Cloud, type Person, publish, until } from '../kit/product.ts';

/** In so many messages: the live view gathers what changes within a moment. */
const changes = 200_000;
const messages = 8_000;
const covers = 2000;
/** Of the night: the times that the alerts bear. */
const nightMs = 12 * 3_600_000;
const mostOpen = 200;

// biome-ignore lint/suspicious/noExplicitAny: the items are the contract's shapes
type Item = any;

interface Delta {
  alerts: Item[];
  cases: Item[];
  devices: Item[];
}

/** The page's own origin: the real cloud behind it, but for the socket, on which the test tells a night as fast as the page listens. */
class Night {
  readonly server: Server;
  readonly #io: SocketServer;
  readonly #random = seeded(12);
  readonly #samples: { alert: Item; case: Item };
  #version = 1;
  /** Open now, oldest first. */
  readonly alerts: Item[] = [];
  readonly #cases: Item[] = [];
  told = 0;

  constructor(cloud: Cloud, samples: { alert: Item; case: Item }) {
    this.#samples = samples;
    this.server = createServer((from, to) => {
      const { method, url: path, headers } = from;
      const there = request({ host: '127.0.0.1', port: cloud.http, method, path, headers }, (answer) => {
        to.writeHead(answer.statusCode as number, answer.headers);
        answer.pipe(to);
      });
      there.on('error', () => to.destroy());
      from.pipe(there);
    });
    this.#io = new SocketServer(this.server, { transports: ['websocket'], pingTimeout: 600_000 });
    this.#io.on('connection', (socket) => {
      socket.emit('snapshot', { version: this.#version, alerts: this.alerts, cases: this.#cases, devices: [] });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#io.close();
  }

  /** So many more messages, as fast as the page reads them. */
  async tell(count: number): Promise<void> {
    const socket = [...this.#io.sockets.sockets.values()].at(-1);
    const { conn } = socket as unknown as { conn: { writeBuffer: unknown[]; once(event: 'drain', heard: () => void): void } };
    for (let i = 0; i < count; i++) {
      const prev = this.#version++;
      const delta: Delta = { alerts: [], cases: [], devices: [] };
      for (let n = 0; n < changes / messages; n++) this.#change(delta);
      socket?.emit('delta', { version: this.#version, prev, ...delta });
      if (conn.writeBuffer.length > 20) await new Promise<void>((drained) => conn.once('drain', drained));
    }
  }

  #change({ alerts, cases, devices }: Delta): void {
    const at = Date.now() - nightMs + Math.floor((this.told++ / changes) * nightMs);
    const chance = this.#random();
    const device = `cover-${Math.floor(this.#random() * covers)}`;
    if (chance < 0.2) alerts.push(this.#raise(device, at));
    else if (chance < 0.4 || this.alerts.length > mostOpen) alerts.push(this.#end(at));
    else if (chance < 0.5) cases.push(this.#move(at));
    else if (chance < 0.8) alerts.push(this.#again(at));
    else devices.push({ id: device, status: chance < 0.9 ? 'offline' : 'ok' });
  }

  #raise(device: string, at: number): Item {
    const alert = { ...this.#samples.alert, id: `alert-${this.told}`, device, firstTs: at, lastTs: at, rx: at, count: 1, case: null };
    this.alerts.push(alert);
    return alert;
  }

  #end(at: number): Item {
    return { ...(this.alerts.shift() ?? this.#raise('cover-0', at)), state: 'resolved', resolvedTs: at };
  }

  #again(at: number): Item {
    const alert = this.alerts[Math.floor(this.#random() * this.alerts.length)] ?? this.#raise('cover-0', at);
    return Object.assign(alert, { count: alert.count + 1, lastTs: at });
  }

  /** A case is opened, or the oldest is closed. */
  #move(at: number): Item {
    if (this.#cases.length > mostOpen / 4) return { ...this.#cases.shift(), stage: 'closed', version: 9 };
    const one = { ...this.#samples.case, id: `case-${this.told}`, number: String(this.told), opened: at, version: 1 };
    this.#cases.push(one);
    return one;
  }
}

describe('a page that is left open overnight', () => {
  const cloud = new Cloud();
  let admin: Person;
  let browser: Browser;
  let night: Night;
  let page: Page;
  let complaints: string[];
  let inspector: CDPSession;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    for (let i = 0; i < covers; i += 1000)
      await admin.post(
        '/api/devices',
        Array.from({ length: 1000 }, (_, n) => ({
          id: `cover-${i + n}`,
          kind: 'manhole-cover',
          agent: 'gw-1',
          lifecycle: 'in service',
          position: { lon: 114.2 + (n % 50) / 1000, lat: 36.4 + Math.floor((i + n) / 50) / 1000 },
        })),
      );
    const agent = await cloud.connect('gw-1', token);
    await publish(agent, 'gw/v1/gw-1/cover-0/event', { id: '01JD000000000000000000TEST', ts: Date.now(), kind: 'tilt', data: { tilt_deg: 20 } });
    const alert = await until('an alert with its case', async () => (await admin.get('/api/alerts')).items.find((one: Item) => one.case));
    agent.end(true);
    night = new Night(cloud, { alert, case: await admin.get(`/api/cases/${alert.case}`) });
    const base = await night.open();
    browser = await openBrowser();
    ({ page, complaints } = await signedIn(browser, base, 'admin', adminPassword, { width: 1600, height: 900, locale: 'en-GB' }));
    // Nobody keeps what a night tells, but the page.
    page.removeAllListeners('websocket');
    await page.reload();
    await linked(page);
    inspector = await page.context().newCDPSession(page);
    await inspector.send('Performance.enable');
  });
  afterAll(async () => {
    await browser?.close();
    night?.close();
    await cloud.remove();
  });

  async function sizes(): Promise<{ heapMb: number; nodes: number; listeners: number }> {
    await inspector.send('HeapProfiler.collectGarbage');
    const { metrics } = await inspector.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
    return { heapMb: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes'), listeners: of('JSEventListeners') };
  }

  it(`${changes.toLocaleString('en')} changes later is as large as after the first of them, and shows what is open now`, async () => {
    const seen: Awaited<ReturnType<typeof sizes>>[] = [];
    const parts = 10;
    for (let part = 0; part < parts; part++) {
      const began = performance.now();
      await night.tell(messages / parts);
      const { id } = night.alerts.at(-1);
      await page.locator(`[data-alert="${id}"]`).waitFor({ timeout: 300_000 });
      const size = await sizes();
      seen.push(size);
      console.log(
        `${night.told} changes, ${Math.round(changes / parts / ((performance.now() - began) / 1000))} a second: heap ${size.heapMb.toFixed(1)} MB, ${size.nodes} nodes, ${size.listeners} listeners`,
      );
    }
    const [early, late] = [seen[1]!, seen.at(-1)!];
    expect(late.heapMb - early.heapMb).toBeLessThan(8);
    // At its end the night is the last hour, a flood, of which more is drawn.
    expect(late.nodes).toBeLessThan(early.nodes * 3);
    expect(late.listeners).toBeLessThan(early.listeners + 50);
    expect(complaints).toEqual([]);
  }, 900_000);
});
