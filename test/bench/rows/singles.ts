import { bareAedes, bear } from '../peers.ts';
import { cpuSeconds } from '../proc.ts';
import { atLeast, atMost, less, more, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';
import { keep, Stand } from '../stand.ts';

export const singles = row({
  id: 'singles',
  figure: '2,000 connections, one reading a socket write (each waits for its PUBACK), whole path, embedded store',
  ours: { stored: atLeast(25_000, 'msg/s'), lost: atMost(0, ''), cloud: less('µs CPU/msg'), 'PUBACK p50': less('ms'), 'PUBACK p99': less('ms'), generator: less('µs CPU/msg') },
  beside: { 'bare Aedes': more('msg/s'), 'bare Aedes itself': less('µs CPU/msg') },
  ratio: ['stored', 'bare Aedes'],
  rounds: 3,
  seconds: 110,
  async run({ size }: RunOptions) {
    const load = { ...loads.singles, connections: size(loads.singles.connections, 100) };
    const aedes = await bear(bareAedes, { ...load, seconds: size(6, 1) });
    const stand = await Stand.open({ agents: load.connections });
    try {
      const before = cpuSeconds(stand.cloud.pid);
      const { sent, storedRate, lost } = await keep(stand, { ...load, seconds: size(10, 2) });
      const cloudUs = ((cpuSeconds(stand.cloud.pid) - before) / sent.acked) * 1e6;
      return {
        ours: { stored: storedRate, lost, cloud: cloudUs, 'PUBACK p50': sent.p50, 'PUBACK p99': sent.p99, generator: sent.cpuUs },
        beside: { 'bare Aedes': aedes.rate, 'bare Aedes itself': aedes.peerUs },
        raw: { sent, aedes },
      };
    } finally {
      await stand.close();
    }
  },
});
