import { bareAedes, bear } from '../peers.ts';
import { atLeast, atMost, less, more, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';
import { keep, Stand } from '../stand.ts';

export const batches = row({
  id: 'batches',
  figure: 'gateway batches of 10 readings, whole path, stored in a real InfluxDB (100 gateways of 10 devices)',
  ours: { stored: atLeast(120_000, 'readings/s'), lost: atMost(0, ''), 'PUBACK p50': less('ms'), 'PUBACK p99': less('ms') },
  beside: { 'bare Aedes, the same batches': more('readings/s') },
  ratio: ['stored', 'bare Aedes, the same batches'],
  rounds: 3,
  seconds: 80,
  async run({ size }: RunOptions) {
    const { connections, devicesEach } = loads.batches;
    const aedes = await bear(bareAedes, { ...loads.batches, seconds: size(5, 1) });
    const stand = await Stand.open({ store: 'InfluxDB', agents: connections, devicesEach });
    try {
      const { sent, storedRate, lost } = await keep(stand, { ...loads.batches, seconds: size(12, 2) });
      return {
        ours: { stored: storedRate, lost, 'PUBACK p50': sent.p50, 'PUBACK p99': sent.p99 },
        beside: { 'bare Aedes, the same batches': aedes.rate * devicesEach },
        raw: { sent, aedes },
      };
    } finally {
      await stand.close();
    }
  },
});
