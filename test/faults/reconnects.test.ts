import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Backoff } from '../../edge/uplink/backoff.ts';
import { histogram } from '../kit/histogram.ts';
import { seeded } from '../kit/line.ts';
import { connectPacket } from '../kit/mqtt-raw.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

const agents = 5000;
/** Whose token is wrong. */
const strangers = 50;

/** An agent's connection and no more: comes back by the agent's own back-off. */
class Light {
  readonly #random: () => number;
  readonly #backoff = new Backoff();
  readonly #hello: Buffer;
  readonly #port: () => number;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** When it last knocked, and when it was let in. */
  knocked = 0;
  at: number | null = null;
  refused = 0;

  constructor(id: string, token: string, port: () => number, random: () => number) {
    this.#hello = connectPacket({ clientId: id, username: id, password: token, keepalive: 60 });
    this.#port = port;
    this.#random = random;
  }

  open(): void {
    this.knocked = performance.now();
    const socket = connect(this.#port(), '127.0.0.1', () => socket.write(this.#hello));
    this.#socket = socket;
    let code: number | undefined;
    socket.on('data', (answer) => {
      code ??= answer[3];
      if (code === 0) this.at = performance.now();
      else this.refused++;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.at = null;
      this.#timer = setTimeout(() => this.open(), this.#backoff.next(code === 4, this.#random()));
    });
  }

  /** It has been connected long enough for its back-off to begin anew. */
  settle(): void {
    this.#backoff.reset();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#socket?.removeAllListeners('close').destroy();
  }
}

describe(`${agents} agents whose cloud is killed and starts again`, () => {
  const cloud = new Cloud();
  const random = seeded(5000);
  const lights: Light[] = [];
  const wrong: Light[] = [];
  let admin: Person;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const port = () => cloud.mqtt;
    for (let i = 0; i < agents; i += 50) {
      const ids = Array.from({ length: 50 }, (_, n) => `gw-${i + n}`);
      const made = await Promise.all(ids.map((id) => admin.post('/api/agents', { id })));
      for (const { id, token } of made) {
        const light = new Light(id, token, port, random);
        lights.push(light);
        light.open();
      }
      for (const { id } of i < strangers ? made : []) {
        const stranger = new Light(id, 'no token of anybody', port, random);
        wrong.push(stranger);
        stranger.open();
      }
    }
    await until('all are connected', () => lights.every(({ at }) => at !== null), 60_000);
  }, 180_000);
  afterAll(async () => {
    for (const one of [...lights, ...wrong]) one.stop();
    await cloud.remove();
  });
  const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;

  it('are back within the time that it was away, nobody in step, nobody with a wrong token', async () => {
    const before = rssMb();
    for (const light of lights) light.settle();
    const cut = performance.now();
    await cloud.end('SIGKILL');
    await cloud.start();
    const listening = performance.now();
    await until('all are back', () => lights.every(({ at }) => at !== null), 60_000);
    const back = lights.map(({ at }) => ((at as number) - listening) / 1000);
    const knocks = lights.map(({ knocked }) => (knocked - listening) / 1000);
    const awayS = (listening - cut) / 1000;
    const last = Math.max(...back);
    const perSecond = new Map<number, number>();
    for (const s of back) perSecond.set(Math.floor(s), (perSecond.get(Math.floor(s)) ?? 0) + 1);
    console.log(
      `${agents} agents, the cloud away for ${awayS.toFixed(1)} s, all back after ${last.toFixed(1)} s, at most ${Math.max(...perSecond.values())} in a second; RSS before ${before.toFixed(0)} MB, after ${rssMb().toFixed(0)} MB; their knocks:\n${histogram(knocks, last, 20)}`,
    );
    // The longest wait that can begin while it is away: twice that, and a second; and something for a busy machine.
    expect(last).toBeLessThan(2 * awayS + 3);
    // In step or not is seen where they knock: the cloud lets many in at once whenever its thread comes round.
    const twentieths = new Array<number>(20).fill(0);
    for (const s of knocks) twentieths[Math.max(0, Math.min(19, Math.floor((s / last) * 20)))]!++;
    expect(Math.max(...twentieths)).toBeLessThan(agents / 5);
    expect(wrong.every(({ at, refused }) => at === null && refused > 0)).toBe(true);
    admin = await cloud.signIn();
    expect((await admin.get('/health')).stages.gate.more.connections).toBe(agents);
    const { items } = await admin.get('/api/agents?limit=1000');
    expect(items.every(({ online, takeovers }: { online: boolean; takeovers: number }) => online && takeovers === 0)).toBe(true);
  }, 120_000);
});
