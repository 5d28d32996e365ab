/** What a viewer costs: thousands of open pages, ten deltas a second to each, beside a server that only sends. */

import { shown } from '../figures.ts';
import { Covers, pause } from '../happenings.ts';
import type { Heard } from '../page-socket.ts';
import { cpuSeconds, rssMb } from '../proc.ts';
import { Program } from '../program.ts';
import { atLeast, less, more, type RunOptions, row, told } from '../row.ts';
import { Stand } from '../stand.ts';

const deltasPerSecond = 10;
const everyMs = 1000 / deltasPerSecond;
/** Everybody in the district who might look. */
const workedOutFor = 35_000;
/** Their alerts are open before it begins, so that a further tilt is one delta and nothing else. */
const tilting = 50;

/** CPU seconds a second of a process, while it lasts; what the pages have heard meanwhile. */
async function over(seconds: number, pid: number, pages: Program | null): Promise<{ cores: number; heard: Heard; seconds: number }> {
  const none = { open: 0, deltas: 0, bytes: 0 };
  const [before, cpu, began] = [(await pages?.ask<Heard>('count')) ?? none, cpuSeconds(pid), performance.now()];
  await pause(seconds * 1000);
  const after = (await pages?.ask<Heard>('count')) ?? none;
  const took = (performance.now() - began) / 1000;
  return { cores: (cpuSeconds(pid) - cpu) / took, heard: { open: after.open, deltas: after.deltas - before.deltas, bytes: after.bytes - before.bytes }, seconds: took };
}

export const viewers = row({
  id: 'viewers',
  figure: '2,000 socket clients that see all, 10 deltas a second to each',
  ours: {
    'deltas to each': atLeast(0.95 * deltasPerSecond, '/s'),
    'CPU of a viewer': less('µs/s'),
    'a delta': told('B'),
    'of a viewer': less('B/s'),
    'memory of a viewer': less('kB'),
    'cloud CPU': told('% of a core'),
  },
  beside: { 'plain ws, CPU of a viewer': less('µs/s'), 'plain ws, to each': more('/s') },
  ratio: ['CPU of a viewer', 'plain ws, CPU of a viewer'],
  rounds: 1,
  seconds: 75,
  async run({ size, say }: RunOptions) {
    const count = size(2000, 50);
    const seconds = size(15, 3);
    const stand = await Stand.open({ agents: 0 });
    const { cloud, admin } = stand;
    const covers = await Covers.of(stand, tilting);
    let n = 0;
    const tilt = () => covers.tilts(covers.ids[n % tilting] as string, n++);
    let pages: Program | null = null;
    let plain: Program | null = null;
    let beat: NodeJS.Timeout | null = null;
    try {
      for (let i = 0; i < tilting; i++) tilt();
      await pause(2000);
      beat = setInterval(tilt, everyMs);
      const alone = await over(size(8, 2), cloud.pid, null);
      const before = rssMb(cloud.pid);
      pages = new Program('pages', { url: cloud.base.replace('http', 'ws'), cookies: [admin.cookie], pages: count, plain: false });
      await pages.next();
      await pause(2000);
      const ours = await over(seconds, cloud.pid, pages);
      const memory = ((rssMb(cloud.pid) - before) * 1024) / count;
      clearInterval(beat);
      await pages.end();
      const bytes = Math.round(ours.heard.bytes / Math.max(1, ours.heard.deltas));
      say(`${ours.heard.open} open, ${ours.heard.deltas} deltas of ${bytes} bytes`);

      plain = new Program('plain-ws', { bytes, everyMs });
      const { port } = await plain.next<{ port: number }>();
      pages = new Program('pages', { url: `ws://127.0.0.1:${port}`, cookies: [], pages: count, plain: true });
      await pages.next();
      plain.tell('begin');
      await pause(1000);
      const theirs = await over(seconds, plain.pid, pages);

      const each = (ours.cores - alone.cores) / count;
      const bytesEach = ours.heard.bytes / count / ours.seconds;
      const cores = each * workedOutFor;
      return {
        ours: {
          'deltas to each': ours.heard.deltas / count / ours.seconds,
          'CPU of a viewer': each * 1e6,
          'a delta': bytes,
          'of a viewer': bytesEach,
          'memory of a viewer': memory,
          'cloud CPU': 100 * ours.cores,
        },
        beside: { 'plain ws, CPU of a viewer': (theirs.cores / count) * 1e6, 'plain ws, to each': theirs.heard.deltas / count / theirs.seconds },
        notes: [
          `on paper, ${workedOutFor.toLocaleString('en-US')} viewers: ${shown(cores)} cores of this kind, ${shown((bytesEach * workedOutFor * 8) / 1e6)} Mbit/s, ${shown((memory * workedOutFor) / 2 ** 20)} GiB: ` +
            `${Math.ceil(cores / 0.7)} processes of socket.io at 70 % of a core each, behind a balancer and fed by one stream of deltas`,
        ],
        raw: { alone, ours, theirs },
      };
    } finally {
      if (beat) clearInterval(beat);
      await pages?.end();
      await plain?.end();
      covers.close();
      await stand.close();
    }
  },
});
