/** How long the cloud needs to be there: with a district registered, and with a million messages that it had acknowledged and not looked at. */
import { join } from 'node:path';
import { Cloud, until } from '../../kit/product.ts';
import { median } from '../figures.ts';
import { generate } from '../load.ts';
import { Program } from '../program.ts';
import { atLeast, atMost, less, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';
import { devicesOf, registerAgents, registerDevices } from '../stand.ts';

const agents = loads.several.connections;

async function started(cloud: Cloud): Promise<number> {
  const from = performance.now();
  await cloud.start();
  return (performance.now() - from) / 1000;
}

/** The gate and the journal as the product runs them, with nobody behind them who reads: as after a kill at the worst moment. */
async function acknowledgedUnread(cloud: Cloud, messages: number): Promise<number> {
  const program = new Program('gate-alone', { file: join(cloud.folder, 'data/journal.db'), agents });
  try {
    const { port } = await program.next<{ port: number }>();
    return (await generate({ port }, { ...loads.several, messages })).acked;
  } finally {
    await program.ask('end');
    await program.end();
  }
}

export const start = row({
  id: 'start',
  figure: 'start of the cloud with 50,000 devices; restart with 1 million journal entries acknowledged and read by nobody',
  ours: {
    start: atMost(3, 's'),
    'rules read on': atLeast(50_000, 'entries/s'),
    'telemetry reads on': atLeast(50_000, 'entries/s'),
    'restart until it takes messages': less('s'),
  },
  beside: {},
  said: ['rates from the start of the process, embedded store, both readers at once'],
  rounds: 1,
  seconds: 80,
  async run({ size, say }: RunOptions) {
    const cloud = await new Cloud().start();
    try {
      const admin = await cloud.signIn();
      await registerAgents(
        admin,
        Array.from({ length: agents }, (_, i) => `bench-${i}`),
      );
      const speaking = devicesOf(agents).map((id, i) => ({ id, agent: `bench-${i}` }));
      const silent = Array.from({ length: size(50_000, 2000) - agents }, (_, i) => ({ id: `still-${i}` }));
      await registerDevices(admin, [...speaking, ...silent]);
      const starts: number[] = [];
      for (let i = 0; i < 3; i++) {
        await cloud.end();
        starts.push(await started(cloud));
      }
      await cloud.end();
      say(`starts ${starts.map((one) => one.toFixed(2)).join(', ')} s`);

      const entries = await acknowledgedUnread(cloud, size(1_000_000, 20_000));
      const from = performance.now();
      const restart = await started(cloud);
      const again = await cloud.signIn();
      const since = () => (performance.now() - from) / 1000;
      const done: { rules?: number; telemetry?: number } = {};
      await until(
        'all is read',
        async () => {
          const { ingest, telemetry } = (await again.get('/health')).stages;
          if (ingest.in >= entries) done.rules ??= since();
          if (telemetry.accepted + telemetry.repeats + telemetry.parked >= entries) done.telemetry ??= since();
          return done.rules !== undefined && done.telemetry !== undefined;
        },
        180_000,
      );
      return {
        ours: {
          start: median(starts),
          'rules read on': entries / (done.rules as number),
          'telemetry reads on': entries / (done.telemetry as number),
          'restart until it takes messages': restart,
        },
        beside: {},
        raw: { starts, entries, restart, done },
      };
    } finally {
      await cloud.remove();
    }
  },
});
