import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

const crowd = 10_000;

/** Those that connect and say nothing, or never read: they cost little, end by themselves, and a healthy agent beside them does not notice. */
describe('clients that', () => {
  const cloud = new Cloud();
  let admin: Person;
  let token: string;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post('/api/devices', [{ id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' }]);
  });
  afterAll(() => cloud.remove());
  const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;

  it(`say nothing, ${crowd} at once, are closed after five seconds, and an agent goes on beside them`, async () => {
    const agent = await cloud.connect('gw-1', token);
    const before = rssMb();
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < crowd; i++) {
      const socket = connect(cloud.mqtt, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      sockets.push(socket);
      if (i % 500 === 499) {
        await until('they are there', () => socket.readyState !== 'opening', 30_000);
        await publish(agent, 'gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq: (i + 1) / 500, ts: Date.now(), values: { tilt_deg: 1 } });
      }
    }
    const most = rssMb();
    await until('all are closed', () => closed === crowd, 60_000);
    await publish(agent, 'gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq: crowd / 500 + 1, ts: Date.now(), values: { tilt_deg: 1 } });
    const { stages } = await admin.get('/health');
    expect(stages.gate.more.connections).toBe(1);
    console.log(`RSS ${before.toFixed(0)} MB, with ${crowd} silent connections ${most.toFixed(0)} MB: ${(((most - before) * 1024) / crowd).toFixed(1)} kB each`);
    agent.end(true);
  }, 180_000);

  it('never read their socket hold up nobody, and are level when they read again, or were cut', async () => {
    const cookie = admin.cookie;
    const open = () => io(cloud.base, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders: { cookie } });
    const reader = open();
    const deaf = open();
    // What each knows: a snapshot takes the place of all before it.
    const known = new Map([reader, deaf].map((socket) => [socket, new Set<string>()]));
    let snapshots = 0;
    for (const [socket, ids] of known) {
      const take = (devices: { id: string }[] = []) => {
        for (const { id } of devices) ids.add(id);
      };
      socket.on('snapshot', ({ devices }: { devices: { id: string }[] }) => {
        snapshots++;
        ids.clear();
        take(devices);
      });
      socket.on('delta', ({ devices }: { devices?: { id: string }[] }) => take(devices));
    }
    await until('both have their snapshot', () => snapshots === 2);
    // biome-ignore lint/suspicious/noExplicitAny: the library's own transport, to stop reading from it
    const transport = (deaf.io.engine as any).transport.ws._socket as Socket;
    transport.pause();
    for (let i = 0; i < 60; i++)
      await admin.post(
        '/api/devices',
        Array.from({ length: 500 }, (_, n) => ({ id: `new-${i}-${n}`, kind: 'camera', name: 'x'.repeat(150) })),
      );
    await until('the reader has heard all', () => (known.get(reader)?.size ?? 0) >= 30_000, 30_000);
    transport.resume();
    await until('the other is level again', () => (known.get(deaf)?.size ?? 0) >= 30_000 || !deaf.connected, 60_000);
    reader.close();
    deaf.close();
  }, 180_000);
});
