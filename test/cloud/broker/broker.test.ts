import { afterEach, expect, test } from 'vitest';
import { type GateThreads, startGateThreads, tokenHash } from '../../kit/gate-threads.ts';
import { publishPacket, RawMqtt, types } from '../../kit/mqtt-raw.ts';

let gate: GateThreads | undefined;
afterEach(async () => {
  await gate?.stop();
  gate = undefined;
});

test('what an agent publishes is in the journal when its PUBACK comes', async () => {
  gate = await startGateThreads({ credentials: [{ id: 'gw-01', role: 'agent', tokenHash: tokenHash('secret') }] });
  const agent = await RawMqtt.enter(gate.port, { clientId: 'gw-01', username: 'gw-01', password: 'secret' });
  await agent.publish('gw/v1/gw-01/cover-1/telemetry', '{"ts":1}');
  expect(gate.entries()).toMatchObject([
    { type: 'start' },
    { type: 'connect', agent: 'gw-01' },
    { type: 'publish', agent: 'gw-01', topic: 'gw/v1/gw-01/cover-1/telemetry', payload: Buffer.from('{"ts":1}') },
  ]);
  await agent.leave();
  await expect.poll(() => gate?.entries().at(-1)).toMatchObject({ type: 'disconnect', agent: 'gw-01', clean: true });
  expect(gate.told).toEqual(['connected gw-01', 'disconnected gw-01 clean']);
});

test('twenty agents at once: each message is in the journal once, as it was sent, in its agent’s order', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `gw-${i}`);
  gate = await startGateThreads({ credentials: ids.map((id) => ({ id, role: 'agent', tokenHash: tokenHash('secret') })) });
  const { port } = gate;
  const words = (id: string) => Array.from({ length: 500 }, (_, i) => `${id} ${i} ${'x'.repeat((i * 37) % 700)}`);
  await Promise.all(
    ids.map(async (id) => {
      const agent = await RawMqtt.enter(port, { clientId: id, username: id, password: 'secret' });
      const all = words(id).map((word, i) => publishPacket(`gw/v1/${id}/${i % 3 ? 'telemetry' : 'd/event'}`, word, { id: i + 1 }));
      for (let at = 0; at < all.length; at += 50) {
        agent.send(...all.slice(at, at + 50));
        for (let i = at; i < at + 50; i++) expect((await agent.nextOf(types.puback)).body.readUInt16BE(0)).toBe(i + 1);
      }
      agent.cut();
    }),
  );
  const heard = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const entry of gate.entries()) if (entry.type === 'publish') heard.get(entry.agent)?.push(Buffer.from(entry.payload).toString());
  for (const id of ids) expect(heard.get(id)).toEqual(words(id));
  const { in: seen, accepted } = await gate.broker.stats();
  expect([seen, accepted]).toEqual([10_000, 10_000]);
});
