// The load: agents that publish readings of five values at QoS 1, each with a window of unacknowledged messages, closed loop. A process of its own.
// Started with one argument, JSON: { port, connections, window, seconds, rate?, tokens? }. Agents are bench-0 …, their token `bench` unless told. Prints one line of JSON.
import { connect } from 'node:net';

const { port, connections, window, seconds, rate = 0, tokens = [] } = JSON.parse(process.argv[2]);
if (process.channel) process.once('disconnect', () => process.exit(0));

const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};
const framed = (first, body) => Buffer.concat([Buffer.from([first, ...(body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7])]), body]);
const digits = 10;

class Agent {
  constructor(i) {
    this.id = `bench-${i}`;
    this.token = tokens[i] ?? 'bench';
    const topic = text(`gw/v1/${this.id}/dev-${i}/telemetry`);
    const payload = Buffer.from(
      `{"boot":1,"seq":${'1'.padStart(digits, '1')},"ts":17639${'0'.padStart(8, '0')},"values":{"tilt_deg":22.4,"angle_x_deg":1.25,"water_level_mm":114.5,"battery_v":3.58,"temperature_c":18.75}}`,
    );
    const message = framed(0x32, Buffer.concat([topic, Buffer.from([0, 0]), payload]));
    this.size = message.length;
    // One block of a whole window: only message id and numbers are written anew.
    this.block = Buffer.concat(Array.from({ length: window }, () => message));
    this.idAt = message.length - payload.length - 2;
    this.seqAt = message.length - payload.length + payload.indexOf('"seq":') + 6;
    this.tsAt = message.length - payload.length + payload.indexOf('"ts":') + 10;
    this.sent = 0;
    this.acked = 0;
    this.rest = 0;
    this.times = new Float64Array(window * 2);
  }

  enter() {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('error', (error) => {
      console.error(`${this.id}: ${error.message}`);
      process.exit(1);
    });
    this.socket.on('close', () => {
      console.error(`${this.id}: closed by the broker`);
      process.exit(1);
    });
    const body = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0]), text(this.id), text(this.id), text(this.token)]);
    this.socket.write(framed(0x10, body));
    return new Promise((resolve) => {
      this.socket.once('data', (bytes) => {
        if (bytes[3] !== 0) {
          console.error(`${this.id}: CONNACK ${bytes[3]}`);
          process.exit(1);
        }
        this.socket.on('data', (more) => this.heard(more.length));
        resolve();
      });
    });
  }

  heard(bytes) {
    const all = this.rest + bytes;
    const now = performance.now();
    for (let n = all >> 2; n > 0; n--) {
      if ((this.acked & 15) === 0) latencies.push(now - this.times[this.acked % this.times.length]);
      this.acked++;
    }
    this.rest = all & 3;
    if (rate === 0) this.fill();
    if (this.acked === this.sent) finished();
  }

  fill(most = window) {
    if (over) return;
    const n = Math.min(most, window - (this.sent - this.acked));
    if (n <= 0) return;
    const now = performance.now();
    for (let k = 0; k < n; k++) {
      const at = k * this.size;
      const seq = ++this.sent;
      this.times[(seq - 1) % this.times.length] = now;
      const id = (seq % 65535) + 1;
      this.block[at + this.idAt] = id >> 8;
      this.block[at + this.idAt + 1] = id & 255;
      for (let d = digits - 1, rest = seq; d > 0 && rest > 0; d--, rest = (rest / 10) | 0) this.block[at + this.seqAt + d] = 48 + (rest % 10);
      for (let d = 7, rest = seq; d >= 0 && rest > 0; d--, rest = (rest / 10) | 0) this.block[at + this.tsAt + d] = 48 + (rest % 10);
    }
    // A copy: the block is written anew before the kernel has taken a socket that is full.
    this.socket.write(Buffer.from(this.block.subarray(0, n * this.size)));
  }
}

const latencies = [];
let over = false;
let report = () => {};
const agents = Array.from({ length: connections }, (_, i) => new Agent(i));
function finished() {
  if (over && agents.every((agent) => agent.acked === agent.sent)) report();
}
for (let i = 0; i < agents.length; i += 100) await Promise.all(agents.slice(i, i + 100).map((agent) => agent.enter()));

const began = performance.now();
const cpu = process.cpuUsage();
report = () => {
  const took = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (part) => latencies[Math.floor(latencies.length * part)];
  const acked = agents.reduce((sum, agent) => sum + agent.acked, 0);
  console.log(JSON.stringify({ acked, seconds: took, rate: acked / took, p50: at(0.5), p99: at(0.99), cpuUs: (user + system) / acked }));
  process.exit(0);
};
setTimeout(() => {
  over = true;
  finished();
}, seconds * 1000);
if (rate === 0) for (const agent of agents) agent.fill();
else {
  // Paced: one message of one agent after the other, as many each 2 ms as the time that has passed asks for.
  let given = 0;
  let next = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; given < due; given++) agents[next++ % agents.length].fill(1);
  }, 2);
}
