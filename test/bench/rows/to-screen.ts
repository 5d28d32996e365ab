import { Crowd } from '../crowd.ts';
import { besideLoad, endOf, hopsOf, loadBehind, ofLoad, p50p99, tiltsToScreen } from '../happenings.ts';
import { atMost, less, type RunOptions, row, told } from '../row.ts';
import { loads } from '../shapes.ts';
import { Stand } from '../stand.ts';

const behind = `${loads.behind.rate.toLocaleString('en-US')} msg/s behind it`;

export const toScreen = row({
  id: 'to-screen',
  figure: `tilt published → delta at a socket client, ${behind}`,
  ours: { p50: atMost(30, 'ms'), p99: atMost(150, 'ms') },
  beside: besideLoad,
  ratio: ['p50', 'PUBACK of that load, p50'],
  said: ['the client is told at most each 20 ms'],
  rounds: 3,
  seconds: 60,
  async run({ size }: RunOptions) {
    const stand = await Stand.open({ agents: loads.behind.connections });
    try {
      const load = await loadBehind(stand);
      const times = await tiltsToScreen(stand, size(250, 20), 50);
      const notes = await hopsOf(stand);
      const sent = await endOf(load);
      return {
        ours: p50p99(times),
        beside: ofLoad(sent),
        notes,
        raw: { times, sent },
      };
    } finally {
      await stand.close();
    }
  },
});

export const toScreenCrowded = row({
  id: 'crowded',
  figure: `the same while 200 people act on cases and 500 pages are open, ${behind}`,
  ours: {
    p50: less('ms'),
    p99: atMost(300, 'ms'),
    acts: told('/s'),
    'an act, p50': less('ms'),
    'an act, p99': less('ms'),
    'acts failed': atMost(0, ''),
    'deltas to each page': told('/s'),
    'cloud CPU': told('% of a core'),
  },
  beside: besideLoad,
  rounds: 1,
  seconds: 110,
  async run({ size }: RunOptions) {
    const stand = await Stand.open({ agents: loads.behind.connections });
    let crowd: Crowd | null = null;
    try {
      crowd = await Crowd.come(stand, { people: size(200, 8), pages: size(500, 20), thinkMs: 5000 });
      const load = await loadBehind(stand);
      await crowd.begin();
      const times = await tiltsToScreen(stand, size(600, 30), 100);
      const { acts, pages, cloudCores, seconds } = await crowd.leave();
      const sent = await endOf(load);
      return {
        ours: {
          ...p50p99(times),
          acts: acts.done / seconds,
          'an act, p50': acts.p50,
          'an act, p99': acts.p99,
          'acts failed': acts.failed,
          'deltas to each page': pages.deltas / pages.open / seconds,
          'cloud CPU': 100 * cloudCores,
        },
        beside: ofLoad(sent),
        raw: { times, sent, acts, pages },
      };
    } finally {
      await crowd?.close();
      await stand.close();
    }
  },
});
