/** Whatever stands in an agent's file, or comes to it as a command or an act: one sentence or one reply, and the agent goes on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GwError } from '../../devices/errors.ts';
import { type Kind, kindOf, kinds } from '../../devices/kinds/kinds.ts';
import { replyCheck } from '../../devices/wire/wire.ts';
import { Commands } from '../../edge/commands.ts';
import { loadConfig } from '../../edge/config.ts';
import { type Call, type Driver, type DriverContext, type DriverType, driverTypeOf } from '../../edge/drivers/drivers.ts';
import { OutboxMemory } from '../../edge/memory.ts';
import { TestClock } from '../kit/clock.ts';
import { fc, fitting, jsonOf, nearly, nearlyJson, oddText, runs, type Schema } from '../kit/fuzz.ts';
import { Recorder, settle, silent } from './recorder.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const token = 'a-very-secret-token';
const config = {
  cloud: { url: 'mqtt://127.0.0.1:1883', agent: 'gw-01', token, http: 'http://127.0.0.1:8080' },
  data_dir: './edge-data',
  log_level: 'info',
  outbox: { max_mb: 256 },
  devices: [
    { id: 'cover-17', kind: 'manhole-cover', interval_s: 600, baseline: { angle_x_deg: 1, angle_y_deg: 2, angle_z_deg: 3 }, driver: { type: 'simulated', seed: 7 } },
    { id: 'post-1', kind: 'alarm-post', driver: { type: 'simulated', seed: 7, acts: [{ after_s: 5, act: 'sos', value: 1, for_s: 2, repeat: true }] } },
  ],
};
const yaml = `cloud: &c { url: "mqtt://127.0.0.1:1883", agent: gw-01, token: ${token} }
data_dir: ./edge-data   # a comment
devices:
  - { id: cover-17, kind: manhole-cover, interval_s: 6e2, driver: { type: simulated, seed: 0x7 } }
  - <<: *c
    text: |
      lines
`;

test('a file that is nearly right is taken whole or refused with one sentence that keeps its token', () => {
  const files = fc.oneof(
    nearlyJson([config]).map((text) => ['agent.json', text] as const),
    nearly([Buffer.from(yaml), Buffer.from(JSON.stringify(config))]).map((bytes) => ['agent.yaml', bytes] as const),
  );
  fc.assert(
    fc.property(files, ([name, contents]) => {
      // Bytes at random may put the token where no secret is: what is changed in its place does not.
      const isMoved = name === 'agent.yaml';
      const path = join(folder, name);
      writeFileSync(path, contents);
      try {
        const { cloud, devices } = loadConfig(path, {});
        expect([typeof cloud.token, URL.canParse(cloud.url)]).toEqual(['string', true]);
        for (const { kind, interval_s } of devices) expect([kindOf(kind)?.id, interval_s >= 1]).toEqual([kind, true]);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GwError);
        const { next, message } = thrown as GwError;
        expect(next).toBe('fatal');
        if (!isMoved) expect(message).not.toContain(token);
        expect(message.length).toBeLessThan(1000);
      }
    }),
    runs(100),
  );
});

test('a command of any payload is done or refused with a reply that the cloud can read, at most once each', async () => {
  const expires = Date.UTC(2027, 0, 1);
  const right = kinds.flatMap((kind) =>
    Object.entries(kind.commands).map(([name, { args }]) => ({
      id: `C-${name}`,
      name,
      args: Object.fromEntries(Object.entries(args).map(([arg, { type, min }]) => [arg, type === 'string' ? 'text' : (min ?? 1)])),
      expires,
    })),
  );
  const payload = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...right).map(jsonOf) },
    { weight: 5, arbitrary: nearlyJson([...right, { ...right[0], args: { more: '#deep' } }]) },
    oddText,
  );
  const device = fc.constantFrom(...kinds.map(({ id }) => id), 'nobody', '__proto__');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(device, payload), { minLength: 1, maxLength: 8 }), async (asked) => {
      const outbox = new Recorder();
      const drivers = new Map(kinds.map((kind) => [kind.id, simulatedDevice(kind, { seed: 7 })]));
      let done = 0;
      const devices = new Map(
        kinds.map((kind) => [
          kind.id,
          {
            kind,
            perform: async (call: Call) => {
              done++;
              return drivers.get(kind.id)?.command(call);
            },
          },
        ]),
      );
      const commands = new Commands({ outbox, clock: new TestClock(), log: silent, devices });
      for (const [id, payload] of asked) {
        await commands.take(id, payload);
        await settle();
      }
      for (const { device: _device, ...reply } of outbox.replies()) expect([reply, replyCheck.is(reply)]).toEqual([reply, true]);
      expect(done).toBeLessThanOrEqual(outbox.commands.size);
      for (const kind of kinds) expect(strangeIn(kind, drivers.get(kind.id)?.sample())).toEqual([]);
    }),
    runs(20),
  );
});

const simulated = driverTypeOf('simulated') as DriverType;
function simulatedDevice(kind: Kind, options: object, more: Partial<DriverContext> = {}): Driver {
  const memory = new OutboxMemory(new Recorder(), new Map());
  const context = { device: 'd', kind, clock: new TestClock(), log: silent, memory, emit: () => {}, attention: () => {}, handIn: async () => {}, ...more };
  const driver = simulated.create({ type: 'simulated', ...options }, context);
  driver.start();
  return driver;
}
/** What the kind does not know, or no store could keep. */
const strangeIn = (kind: Kind, values: unknown) =>
  Object.entries((values as object | null) ?? {}).filter(
    ([metric, value]) => typeof value !== kind.metrics[metric]?.type || (typeof value === 'number' && !Number.isFinite(value)),
  );

test('a simulated device of any seed and acts gives what its kind knows, for two days', () => {
  const cases = fc.constantFrom(...kinds).chain((kind) => {
    const options = fitting(simulated.schema as Schema, []).filter((one) => simulated.refuse(one as object, kind) === null);
    return fc.tuple(fc.constant(kind), options);
  });
  fc.assert(
    fc.property(cases, ([kind, options]) => {
      const clock = new TestClock();
      const events: string[] = [];
      const driver = simulatedDevice(kind, { ...(options as object), history_h: 3 }, { clock, emit: (event) => void events.push(event) });
      for (const { values } of driver.history?.() ?? []) expect(strangeIn(kind, values)).toEqual([]);
      for (let hour = 0; hour < 48; hour++) {
        clock.advance(3_600_000);
        expect(strangeIn(kind, driver.sample())).toEqual([]);
      }
      driver.stop();
      for (const event of events) expect(Object.keys(kind.events)).toContain(event);
    }),
    runs(20),
  );
});
