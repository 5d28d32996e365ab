/**
 * A gateway that comes back. Its outbox is filled by the agent itself: its simulated devices hand over sixty past readings each while nothing answers at the
 * cloud's address. Then the agent is started again beside a cloud that is there, and while it drains, alarm posts are pressed four times a second.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess } from '../../edge/process.ts';
import { freePort } from '../../kit/influxd.ts';
import { until } from '../../kit/product.ts';
import { quantile } from '../figures.ts';
import { cpuSeconds, rssMb } from '../proc.ts';
import { atLeast, atMost, less, type RunOptions, row, told } from '../row.ts';
import { registerAgents, registerDevices, Stand } from '../stand.ts';

const readingsEach = 60;
const pressesPerSecond = 4;
/** Posts for so long. */
const pressed_s = 90;
const agent = 'gw-far';

export const backlog = row({
  id: 'backlog',
  figure: 'backlog of an hour of 10,000 devices (600,000 readings of 5 values) drained by one gateway agent after a cut link; a new SOS overtakes it',
  ours: {
    drained: atLeast(30_000, 'readings/s'),
    'SOS, slowest': atMost(500, 'ms'),
    'SOS p50': less('ms'),
    'SOS during it': told(''),
    lost: atMost(0, ''),
    'agent CPU': less('µs/reading'),
    'cloud CPU': less('µs/reading'),
    'agent RSS': less('MB'),
  },
  beside: {},
  said: ['link at loopback; drained: until the cloud has judged the last; SOS: from the press until its receive time at the cloud'],
  rounds: 1,
  seconds: 150,
  async run({ size, say }: RunOptions) {
    const gates = Array.from({ length: size(10_000, 200) }, (_, i) => ({ id: `gate-${i}`, kind: 'face-gate' }));
    const posts = Array.from({ length: pressesPerSecond * pressed_s }, (_, i) => ({ id: `post-${i}`, kind: 'alarm-post' }));
    const folder = mkdtempSync(join(tmpdir(), 'gw-backlog-'));
    const stand = await Stand.open({ agents: 0 });
    let running: AgentProcess | null = null;
    try {
      const { admin, cloud } = stand;
      const [token] = (await registerAgents(admin, [agent])) as [string];
      await registerDevices(
        admin,
        [...posts, ...gates].map((device) => ({ ...device, agent })),
      );
      const simulated = (device: { id: string; kind: string }, seed: number, more: object = {}) => ({ ...device, interval_s: 3600, driver: { type: 'simulated', seed, ...more } });
      const past = gates.map((gate, i) => simulated(gate, i, { history_h: readingsEach }));
      const pressing = posts.map((post, i) => simulated(post, i, { acts: [{ after_s: 1 + i / pressesPerSecond, act: 'sos' }] }));
      const begin = (port: number, devices: object[]) =>
        AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${port}`, agent, token }, outbox: { max_mb: 1024 }, devices }, { env: { GW_LOG_LEVEL: 'info' } });

      running = begin(await freePort(), past);
      const filling = running;
      await until('the past is in the outbox', () => filling.logged('all devices are under way') > 0, 180_000);
      await filling.end('SIGTERM');
      const readings = gates.length * readingsEach;
      say(`${readings} readings are in the outbox`);

      const judged = async () => (await stand.counts()).judged;
      running = begin(cloud.mqtt, [...pressing, ...past]);
      const draining = running;
      const connected = await until('it is connected', () => draining.lines.find((line) => line.includes('uplink: connected')), 30_000);
      /** By the agent's own log; the clock is one. */
      const from = Number(JSON.parse(connected).time);
      const cpu = { agent: cpuSeconds(draining.pid), cloud: cpuSeconds(cloud.pid) };
      await until('the backlog is drained', async () => (await judged()) >= readings, 120_000);
      const to = Date.now();
      const took = (to - from) / 1000;
      const us = (pid: number, before: number) => ((cpuSeconds(pid) - before) / readings) * 1e6;
      const agentRss = rssMb(draining.pid);
      const [agentUs, cloudUs] = [us(draining.pid, cpu.agent), us(cloud.pid, cpu.cloud)];
      await until('all is stored', async () => (await stand.counts()).stored >= readings, 60_000);
      const sos = (await admin.get('/api/alerts?cause=sos&limit=1000')).items as { firstTs: number; late_ms: number }[];
      const late = sos.filter(({ firstTs }) => firstTs >= from && firstTs <= to).map(({ late_ms }) => late_ms);
      const { gaps } = (await admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === agent);
      return {
        ours: {
          drained: readings / took,
          'SOS, slowest': quantile(late, 1),
          'SOS p50': quantile(late, 0.5),
          'SOS during it': late.length,
          lost: gaps,
          'agent CPU': agentUs,
          'cloud CPU': cloudUs,
          'agent RSS': agentRss,
        },
        beside: {},
        raw: { took, readings, late },
      };
    } finally {
      await running?.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      await stand.close();
    }
  },
});
