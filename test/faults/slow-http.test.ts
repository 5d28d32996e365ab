import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseJpeg } from '../kit/pictures.ts';
import { adminPassword, Cloud, type Person, publish, until } from '../kit/product.ts';
import { QuickTime } from '../kit/quick-time.ts';

/** The cloud's time runs twenty times as fast as ours: a minute is three seconds. */
const rate = 20;
const minuteMs = 60_000 / rate;
const crowd = 300;
const readings = 40_000;

describe('HTTP clients that', () => {
  const time = new QuickTime(rate);
  const cloud = new Cloud(time.env());
  let admin: Person;
  let photo: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post('/api/devices', { id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'installed' });
    const agent = await cloud.connect('gw-1', token);
    const from = time.now() - readings * 1000;
    for (let i = 0; i < readings; i += 200) {
      const batch = Array.from({ length: 200 }, (_, n) => ({ device: 'cover-1', boot: 1, seq: i + n, ts: Math.floor(from + (i + n) * 1000) }));
      await publish(
        agent,
        'gw/v1/gw-1/telemetry',
        batch.map((one) => ({
          ...one,
          values: { tilt_deg: Math.random(), battery_v: Math.random(), temperature_c: Math.random(), rssi_dbm: Math.random(), snr_db: Math.random() },
        })),
      );
    }
    agent.end(true);
    const { id } = await admin.post('/api/cases', { category: 'other', text: 'a case', device: 'cover-1' });
    const form = new FormData();
    form.set('role', 'before');
    form.set('file', new Blob([new Uint8Array(await noiseJpeg(2400, 1800))], { type: 'image/jpeg' }), 'a.jpg');
    const answer = await admin.ask('POST', `/api/cases/${id}/photos`, form);
    photo = `/api/cases/${id}/photos/${answer.body.id}`;
    await until('all is stored', async () => (await admin.get('/health')).stages.telemetry.waiting === 0);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await cloud.remove();
  });
  const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;
  const open = (): Promise<Socket> =>
    new Promise((ready) => {
      const socket = connect(cloud.http, '127.0.0.1', () => ready(socket));
      socket.on('error', () => {});
      sockets.push(socket);
    });
  const post = (path: string, more = '') => `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n${more}\r\n`;

  it.each([
    ['send their body byte by byte, signed in or not', (i: number) => post('/api/session', i % 2 === 0 ? `cookie: ${admin.cookie}\r\n` : '')],
    ['send their headers byte by byte', () => 'GET / HTTP/1.1\r\nx-slow: '],
    ['send their picture byte by byte', () => post(photo.replace(/\/[^/]*$/, ''), `cookie: ${admin.cookie}\r\n`).replace('application/json', 'multipart/form-data; boundary=x')],
  ])(
    '%s are ended within minutes, and others do not notice',
    async (_, head) => {
      let closed = 0;
      const answers = new Set<string>();
      const slow = await Promise.all(Array.from({ length: crowd }, open));
      slow.forEach((socket, i) => {
        socket.on('close', () => closed++);
        socket.write(head(i));
        socket.once('data', (bytes) => answers.add(bytes.toString('latin1', 9, 12)));
      });
      const dripping = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write(' ');
      }, minuteMs / 3);
      try {
        const began = performance.now();
        expect((await cloud.signIn('admin', adminPassword)).cookie).toBeTruthy();
        expect(performance.now() - began).toBeLessThan(5000);
        await until('all are ended', () => closed === crowd, 60_000);
        expect(performance.now() - began).toBeLessThan(15 * minuteMs);
        expect([...answers]).toEqual(['408']);
      } finally {
        clearInterval(dripping);
      }
    },
    120_000,
  );

  it.each([
    ['a long list of readings', () => `/api/devices/cover-1/telemetry?metric=tilt_deg,battery_v,temperature_c,rssi_dbm,snr_db&from=0&to=${Math.ceil(time.now())}`],
    ['a photo', () => photo],
  ])(
    'ask for %s and never read it take little, and are ended within a minute or two',
    async (_, path) => {
      await until('it can be had', async () => (await statusOf(path())) === 200);
      const before = rssMb();
      let closed = 0;
      const deaf = await Promise.all(Array.from({ length: crowd }, open));
      for (const socket of deaf) {
        socket.on('close', () => closed++);
        socket.pause();
        socket.write(`GET ${path()} HTTP/1.1\r\nhost: x\r\ncookie: ${admin.cookie}\r\n\r\n`);
      }
      let most = before;
      await until(
        'all are ended',
        async () => {
          most = Math.max(most, rssMb());
          // What was sent may still lie in the system, so that the end is not heard.
          return (await isHealthy()) && (closed === crowd || connections() < 20);
        },
        90_000,
      );
      console.log(`${crowd} answers unread: RSS ${before.toFixed(0)} MB, at most ${most.toFixed(0)} MB`);
      // 2 MB each, however long the list or large the photo.
      expect(most - before).toBeLessThan(2 * crowd);
      await until('it can be had again', async () => (await statusOf(path())) === 200);
    },
    120_000,
  );

  /** null: a kept connection had ended, whose time runs slower here than there. */
  const statusOf = (path: string) =>
    admin.ask('GET', path).then(
      ({ status }) => status,
      () => null,
    );
  const isHealthy = async () => (await statusOf('/health')) === 200;

  /** Connections of HTTP that the cloud holds, as the system counts them. */
  function connections(): number {
    const local = `0100007F:${cloud.http.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .filter((line) => line.split(/\s+/)[2] === local && line.split(/\s+/)[4] === '01').length;
  }
});
