import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../cloud/ingest/ingest.ts';
import { viewOf } from '../kit/facts.ts';
import { fc, inPieces, nearly, patience, runs, seed } from '../kit/fuzz.ts';
import { hostileAgents, hostileDevices, hostileMessage } from '../kit/hostile.ts';
import { connectPacket, publishPacket, RawMqtt, types } from '../kit/mqtt-raw.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

/** The built cloud as a process, told and asked everything at once: it stays the same process, keeps its size, counts every outcome, and starts again over what it kept. */
describe('hostile input to the whole cloud', () => {
  const cloud = new Cloud();
  let admin: Person;
  const tokens: Record<string, string> = {};
  let pid = 0;
  let rssBefore = 0;
  const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;
  /** A number of `/metrics`. */
  async function count(stage: string, name: string, kind: 'outcome' | 'detail' = 'outcome'): Promise<number> {
    const metric = kind === 'outcome' ? 'gridwarden_stage_messages' : 'gridwarden_stage_detail';
    const line = new RegExp(`^${metric}\\{stage="${stage}",${kind}="${name}"\\} (\\S+)$`, 'm').exec(await (await fetch(`${cloud.base}/metrics`)).text());
    return Number(line?.[1]);
  }
  const enter = (id: string) => RawMqtt.enter(cloud.mqtt, { clientId: id, username: id, password: tokens[id] as string });

  beforeAll(async () => {
    await cloud.start();
    pid = cloud.pid;
    admin = await cloud.signIn();
    for (const { id, role } of hostileAgents) tokens[id] = (await admin.post('/api/agents', { id, role })).token;
    await admin.post(
      '/api/devices',
      hostileDevices.map(({ id, kind, agent, addresses, model }) => ({ id, kind, agent, addresses, model, lifecycle: 'in service' })),
    );
    rssBefore = rssMb();
  });
  afterAll(() => cloud.remove());

  it(
    'is acknowledged message by message below an agent’s own topics, and each part of it is counted once',
    async () => {
      const messages = fc.sample(hostileMessage, { seed, ...runs(100) });
      const clients: RawMqtt[] = [];
      for (const { id } of hostileAgents) {
        const client = await enter(id);
        clients.push(client);
        const packets = messages.filter(({ agent }) => agent === id).map(({ topic, payload }, i) => publishPacket(topic, payload, { id: i + 1 }));
        for (let at = 0; at < packets.length; at += 20) {
          const some = packets.slice(at, at + 20);
          client.send(...some);
          for (const _ of some) await client.nextOf(types.puback);
        }
      }
      // cover-2 was never gw-1's here.
      const view = viewOf(
        hostileDevices.map((device) => ({ ...device, former: [] })),
        hostileAgents,
      );
      const items = messages.flatMap((message) => decode({ ...message, rx: Date.now() }, view));
      const of = (...wanted: string[]) => items.filter(({ type }) => wanted.includes(type)).length;
      await until('all is judged', async () => (await count('ingest', 'in')) === of('reading', 'event', 'parked'));
      expect([await count('gate', 'in'), await count('gate', 'accepted'), await count('gate', 'rejected')]).toEqual([messages.length, messages.length, 0]);
      expect([await count('ingest', 'replies', 'detail'), await count('ingest', 'states', 'detail')]).toEqual([of('reply'), of('state')]);
      const [accepted, repeats, parked] = [await count('ingest', 'accepted'), await count('ingest', 'repeats'), await count('ingest', 'parked')];
      expect(accepted + repeats + parked).toBe(of('reading', 'event', 'parked'));
      expect((await admin.get('/api/parked')).total).toBe(parked);
      for (const client of clients) client.cut();
    },
    patience(200),
  );

  /** Says it in pieces, ends its side, and waits for the other end. */
  const said = (port: number, pieces: Buffer[]) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => socket.destroy());
      socket.once('close', () => resolve());
      socket.setTimeout(15_000, () => reject(new Error('the connection is held open')));
      socket.resume();
      socket.once('connect', async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise(setImmediate);
        }
        socket.end();
      });
    });

  it(
    'as bytes to either port ends its own connection at most',
    async () => {
      const introduced = connectPacket({ clientId: 'gw-2', username: 'gw-2', password: tokens['gw-2'] as string });
      const mqtt = Buffer.concat([introduced, publishPacket('gw/v1/gw-2/cover-2/telemetry', '{"ts":1,"values":{"tilt_deg":1}}', { id: 1 })]);
      const http = Buffer.from(`POST /api/session HTTP/1.1\r\nhost: 127.0.0.1:${cloud.http}\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"user":"x"}`);
      await fc.assert(
        fc.asyncProperty(inPieces(fc.oneof(nearly([mqtt]), nearly([mqtt], introduced.length))), inPieces(nearly([http])), async (toGate, toDesk) => {
          await Promise.all([said(cloud.mqtt, toGate), said(cloud.http, toDesk)]);
        }),
        runs(25),
      );
      const health = await until('nothing of it waits', async () => {
        const { stages } = await admin.get('/health');
        return stages.gate.waiting === 0 && stages.gate.more.connections === 0 && stages;
      });
      expect(health.gate.in).toBe(health.gate.accepted + health.gate.rejected + health.gate.repeats);
    },
    patience(100),
  );

  it('leaves the process what it was, and it starts again over all that it kept', async () => {
    expect(cloud.pid).toBe(pid);
    const grown = rssMb() - rssBefore;
    console.log(`RSS ${rssBefore.toFixed(0)} MB, after hostile input ${grown.toFixed(0)} MB more`);
    expect(grown).toBeLessThan(250);
    const { total } = await admin.get('/api/parked');
    await cloud.end('SIGKILL');
    await cloud.start();
    admin = await cloud.signIn();
    const healthy = await enter('gw-2');
    await healthy.publish('gw/v1/gw-2/cover-2/event', '{"id":"after-all","ts":1,"kind":"tilt","data":{"tilt_deg":50}}');
    await until('the alert of a healthy agent', async () =>
      (await admin.get('/api/alerts?device=cover-2')).items.some(({ severity }: { severity: string }) => severity === 'critical'),
    );
    expect((await admin.get('/api/parked')).total).toBe(total);
    healthy.cut();
  });
});
