import { afterEach, expect, test } from 'vitest';
import { type GateThreads, startGateThreads, tokenHash } from '../../kit/gate-threads.ts';
import { RawMqtt } from '../../kit/mqtt-raw.ts';

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
