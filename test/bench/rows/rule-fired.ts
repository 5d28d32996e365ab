/**
 * From a reading's publish to the alert that a threshold rule without hold makes of it: until it is committed in the rules' file, where this process, which is
 * none of the product's, reads it, looking each 0.2 ms. So it holds the journal's fsync and that of the alert.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { besideLoad, Covers, endOf, hopsOf, loadBehind, ofLoad, p50p99, pause } from '../happenings.ts';
import { atMost, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';
import { Stand } from '../stand.ts';

const lookMs = 0.2;
const waitMs = 5000;
const betweenMs = 40;
const rule = 'manhole-cover.tilt';

export const ruleFired = row({
  id: 'rule-fired',
  figure: `reading published → its rule fired, the alert committed; ${loads.behind.rate.toLocaleString('en-US')} msg/s behind it`,
  ours: { p50: atMost(2, 'ms'), p99: atMost(10, 'ms') },
  beside: besideLoad,
  ratio: ['p50', 'PUBACK of that load, p50'],
  said: ['the prototype, without the commit of the alert: 0.6 / 3.3 ms'],
  rounds: 3,
  seconds: 60,
  async run({ size }: RunOptions) {
    const stand = await Stand.open({ agents: loads.behind.connections });
    const rulesFile = new Database(join(stand.cloud.folder, 'data/rules.db'), { readonly: true });
    try {
      const { admin } = stand;
      await admin.ask('PUT', `/api/rules/${rule}`, { ...(await admin.get(`/api/rules/${rule}`)), hold_s: 0 });
      const covers = await Covers.of(stand, size(300, 30));
      const behind = await loadBehind(stand);
      const committed = rulesFile.prepare('select 1 from alerts where device = ?').pluck();
      const clock = new Int32Array(new SharedArrayBuffer(4));
      const times: number[] = [];
      for (const id of covers.ids) {
        const from = performance.now();
        covers.say(id, 'telemetry', { boot: 1, seq: 1, ts: Date.now(), values: { tilt_deg: 60 } });
        // Nothing else is done meanwhile, and the processor is left to the product.
        while (committed.get(id) === undefined) {
          if (performance.now() - from > waitMs) throw new Error(`no alert of ${id} after ${waitMs} ms`);
          Atomics.wait(clock, 0, 0, lookMs);
        }
        times.push(performance.now() - from);
        await pause(betweenMs);
      }
      const notes = await hopsOf(stand);
      const sent = await endOf(behind);
      covers.close();
      return {
        ours: p50p99(times),
        beside: ofLoad(sent),
        notes,
        raw: { times, sent },
      };
    } finally {
      rulesFile.close();
      await stand.close();
    }
  },
});
