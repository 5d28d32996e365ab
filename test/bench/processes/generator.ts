/** The load: agents that publish at QoS 1, each with a window of unacknowledged messages. A process of its own, so that what it costs is not the broker's. */
import { connect, type Socket } from 'node:net';
import { connectPacket, publishPacket } from '../../kit/mqtt-raw.ts';
import type { Load, Sent, Target } from '../load.ts';
import { options, tell } from '../parent.ts';

const defaults = { tokens: [] as string[], rate: 0, burst: 1, shape: 'reading' as const, devicesEach: 1, boot: 1, from: Date.now() - 30 * 86_400_000, stepMs: 1000 };
const { port, connections, window, seconds, messages, rate, burst, shape, devicesEach, boot, from, stepMs, tokens } = { ...defaults, ...(await options<Target & Load>()) };
if (shape !== 'batch' && window % devicesEach !== 0) throw new Error(`a window of ${window} is no multiple of ${devicesEach} devices`);

const seqDigits = 10;
const tsDigits = 13;
/** The last two digits of each value wander like what a sensor says; all of them stay below every limit. */
const wander = Array.from({ length: 256 }, (_, i) => Math.round(49.5 + 30 * Math.sin(i / 17) + 19 * Math.sin(i * 1.7)));
const numbers = `"boot":${boot},"seq":${'1'.padStart(seqDigits, '1')},"ts":${'1'.padStart(tsDigits, '1')}`;
const reading = `${numbers},"values":{"tilt_deg":1.##,"angle_x_deg":0.##,"water_level_mm":1##.5,"battery_v":3.5##,"temperature_c":18.##}`;

/** What agent `i` says in one message, of its device `k`. Its id, numbers and values are written anew each time. */
function messageOf(i: number, k: number): Buffer {
  const own = `gw/v1/bench-${i}`;
  if (shape === 'batch') return publishPacket(`${own}/telemetry`, `[${Array.from({ length: devicesEach }, (_, d) => `{"device":"dev-${i}-${d}",${reading}}`).join(',')}]`);
  if (shape === 'reading') return publishPacket(`${own}/dev-${i}-${k}/telemetry`, `{${reading}}`);
  const id = `01BENCH${String(i).padStart(5, '0')}${String(k).padStart(4, '0')}${'#'.repeat(seqDigits)}`;
  return publishPacket(`${own}/dev-${i}-${k}/event`, `{"id":"${id}",${numbers},"kind":"tilt","data":{"tilt_deg":22.4}}`);
}

/** Where in a message each of its numbers stands. */
interface Places {
  id: number;
  seq: number[];
  ts: number[];
  values: number[];
}
function placesOf(message: Buffer, at: number): Places {
  const all = (word: string) => {
    const found: number[] = [];
    for (let next = message.indexOf(word); next >= 0; next = message.indexOf(word, next + word.length)) found.push(at + next + word.length);
    return found;
  };
  // Behind the topic, which the remaining length precedes: one byte or two of it here.
  const topic = 1 + ((message[1] as number) < 128 ? 1 : 2);
  const run = all('#'.repeat(seqDigits)).map((end) => end - seqDigits);
  return {
    id: at + topic + 2 + message.readUInt16BE(topic),
    seq: [...all('"seq":'), ...run],
    ts: all('"ts":'),
    values: run.length > 0 ? [] : all('##').map((end) => end - 2),
  };
}

class Agent {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #token: string;
  /** A whole window of messages, one behind the other, and where each begins. */
  readonly #block: Buffer;
  readonly #starts: number[];
  readonly #places: Places[];
  readonly #times = new Float64Array(window);
  #rest = 0;
  sent = 0;
  acked = 0;

  constructor(
    i: number,
    readonly quota: number,
  ) {
    this.#name = `bench-${i}`;
    this.#token = tokens[i] ?? 'bench';
    const all = Array.from({ length: window }, (_, slot) => messageOf(i, slot % devicesEach));
    this.#block = Buffer.concat(all);
    let at = 0;
    this.#starts = [0, ...all.map((message) => (at += message.length))];
    this.#places = all.map((message, slot) => placesOf(message, this.#starts[slot] as number));
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => failed(`${this.#name}: ${error.message}`));
    this.#socket.on('close', () => failed(`${this.#name}: closed by the broker`));
  }

  get done(): boolean {
    return this.acked === this.sent && (over || this.sent >= this.quota);
  }

  enter(): Promise<void> {
    this.#socket.write(connectPacket({ clientId: this.#name, username: this.#name, password: this.#token }));
    return new Promise((resolve) =>
      this.#socket.once('data', (bytes) => {
        if (bytes[3] !== 0) failed(`${this.#name}: CONNACK ${bytes[3]}`);
        // Nothing but PUBACKs comes: four bytes each.
        this.#socket.on('data', (more) => this.#heard(more.length));
        resolve();
      }),
    );
  }

  #heard(bytes: number): void {
    const all = this.#rest + bytes;
    const now = performance.now();
    for (let n = all >> 2; n > 0; n--) {
      if ((this.acked & 15) === 0) latencies.push(now - (this.#times[this.acked % window] as number));
      this.acked++;
    }
    this.#rest = all & 3;
    if (rate === 0) this.fill();
    if (this.done) finished();
  }

  /** Sends what there is room for, in one write, or two where the block begins anew. */
  fill(most = window): void {
    if (over) return;
    let n = Math.min(most, window - (this.sent - this.acked), this.quota - this.sent);
    const now = performance.now();
    while (n > 0) {
      const first = this.sent % window;
      const run = Math.min(n, window - first);
      for (let slot = first; slot < first + run; slot++) {
        this.#times[slot] = now;
        this.#stamp(this.#places[slot] as Places);
      }
      // A copy: the block is written anew before the kernel has taken a socket that is full.
      this.#socket.write(Buffer.from(this.#block.subarray(this.#starts[first], this.#starts[first + run])));
      n -= run;
    }
  }

  #stamp(places: Places): void {
    const round = shape === 'batch' ? this.sent : Math.floor(this.sent / devicesEach);
    const id = (this.sent++ % 65_535) + 1;
    this.#block[places.id] = id >> 8;
    this.#block[places.id + 1] = id & 255;
    for (const at of places.seq) digits(this.#block, at, seqDigits, 1_000_000_000 + round);
    const ts = shape === 'event' ? Date.now() : from + round * stepMs;
    for (const at of places.ts) digits(this.#block, at, tsDigits, ts);
    for (let v = 0; v < places.values.length; v++) {
      const two = wander[(round + 31 * v) & 255] as number;
      this.#block[places.values[v] as number] = 48 + ((two / 10) | 0);
      this.#block[(places.values[v] as number) + 1] = 48 + (two % 10);
    }
  }
}

/** Writes a whole number in so many digits. */
function digits(into: Buffer, at: number, count: number, value: number): void {
  let rest = value;
  for (let d = count - 1; d >= 0; d--) {
    const next = Math.floor(rest / 10);
    into[at + d] = 48 + (rest - next * 10);
    rest = next;
  }
}

function failed(why: string): never {
  console.error(why);
  process.exit(1);
}

const latencies: number[] = [];
let over = false;
let report = () => {};
const agents = Array.from({ length: connections }, (_, i) => new Agent(i, messages === undefined ? Number.POSITIVE_INFINITY : Math.ceil(messages / connections)));
function finished(): void {
  if (agents.every((agent) => agent.done)) report();
}
for (let i = 0; i < agents.length; i += 100) await Promise.all(agents.slice(i, i + 100).map((agent) => agent.enter()));

const began = performance.now();
const cpu = process.cpuUsage();
report = () => {
  report = () => {};
  const took = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
  const acked = agents.reduce((sum, agent) => sum + agent.acked, 0);
  tell({ acked, seconds: took, rate: acked / took, p50: at(0.5), p99: at(0.99), cpuUs: (user + system) / acked } satisfies Sent);
  // The parent lets go of it when it has heard; who started it from a shell has read it.
  if (!process.channel) process.exit(0);
};
function stop(): void {
  over = true;
  finished();
}
process.on('message', stop);
if (seconds !== undefined) setTimeout(stop, seconds * 1000);
if (rate === 0) for (const agent of agents) agent.fill();
else {
  // Paced: one write of one agent after the other, as many each 2 ms as the time that has passed asks for.
  let given = 0;
  let next = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; given + burst <= due; given += burst) agents[next++ % agents.length]?.fill(burst);
  }, 2);
}
