import { openDistrict } from '../district.ts';
import { quantile, slopeOf } from '../figures.ts';
import { Generator } from '../load.ts';
import { rssMb } from '../proc.ts';
import { atMost, less, type RunOptions, row, told } from '../row.ts';
import { loads } from '../shapes.ts';
import { devicesOf, registerAgents, registerDevices } from '../stand.ts';

const everyMs = 1000;

export const memory = row({
  id: 'memory',
  figure: `memory of the cloud, the demo district connected, ${loads.behind.rate.toLocaleString('en-US')} msg/s besides, 10 minutes, embedded store`,
  ours: { RSS: atMost(350, 'MB'), 'RSS at most': less('MB'), 'grows by': atMost(2, 'MB/min'), load: told('msg/s'), 'PUBACK p99': less('ms') },
  beside: {},
  said: ['RSS: the median of the last minute; growth: the slope without the first two minutes'],
  rounds: 1,
  seconds: 660,
  async run({ size }: RunOptions) {
    const demo = await openDistrict();
    try {
      const admin = await demo.signIn('admin');
      const { connections } = loads.behind;
      const tokens = await registerAgents(
        admin,
        Array.from({ length: connections }, (_, i) => `bench-${i}`),
      );
      await registerDevices(
        admin,
        devicesOf(connections).map((id, i) => ({ id, agent: `bench-${i}` })),
      );
      const pid = demo.cloudPid;
      const seconds = size(600, 10);
      const samples: [seconds: number, mb: number][] = [];
      const began = performance.now();
      const look = setInterval(() => samples.push([(performance.now() - began) / 1000, rssMb(pid)]), everyMs);
      try {
        const sent = await new Generator({ port: demo.mqttPort, tokens }, { ...loads.behind, seconds }).done;
        const of = (some: typeof samples) => some.map(([, mb]) => mb);
        return {
          ours: {
            RSS: quantile(of(samples.filter(([at]) => at > seconds * 0.9)), 0.5),
            'RSS at most': Math.max(...of(samples)),
            'grows by': 60 * slopeOf(samples.filter(([at]) => at > seconds * 0.2)),
            load: sent.rate,
            'PUBACK p99': sent.p99,
          },
          beside: {},
          raw: { sent, samples },
        };
      } finally {
        clearInterval(look);
      }
    } finally {
      await demo.remove();
    }
  },
});
