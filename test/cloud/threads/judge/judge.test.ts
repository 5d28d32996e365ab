import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../cloud/ingest/ingest.ts';
import { seedRules } from '../../../../cloud/rules/rules.ts';
import { Judge } from '../../../../cloud/threads/judge/judge.ts';
import { cameraFacts, coverFacts, postFacts } from '../../../kit/facts.ts';
import { Judged } from '../../../kit/judged.ts';

describe('a tilted cover', () => {
  it('fires a warning when one reading past 15° stays uncontradicted for 3 s', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 22.7 });
    expect(judged.pass(2).alerts).toEqual([]);
    const { alerts, statuses, outgoing } = judged.pass(1);
    expect(alerts).toMatchObject([
      {
        alert: {
          device: 'cover-1',
          cause: 'tilt',
          severity: 'warning',
          state: 'firing',
          count: 1,
          value: 22.7,
          limit: 15,
          message: { en: 'Cover tilted 22.7° (limit 15°)', zh: '井盖倾斜 22.7°，限值 15°' },
          late_ms: 0,
        },
      },
    ]);
    expect(statuses).toEqual([{ id: 'cover-1', status: 'warning' }]);
    expect(outgoing).toMatchObject([{ type: 'case-wanted', maintainer: 'dept-drainage' }]);
  });
  it('does not fire by history, however late its clock says it is, when it comes into service', () => {
    const judged = new Judged([coverFacts({ lifecycle: 'installed' })]);
    const t = judged.now - 100_000;
    judged.reading({ tilt_deg: 1 }, { boot: 5, seq: 2, ts: t });
    judged.reading({ tilt_deg: 60, battery_v: 3.5 }, { boot: 5, seq: 1, ts: t + 50_000 });
    judged.reading({ tilt_deg: 60, battery_v: 3.4 }, { boot: 5, seq: 0, ts: t - 50_000 });
    expect(judged.judge.latest(['cover-1']).get('cover-1')).toMatchObject({ ts: t, values: { tilt_deg: 1, battery_v: 3.4 }, at: { tilt_deg: t, battery_v: t - 50_000 } });
    judged.change({ type: 'devices', devices: [coverFacts()] });
    expect(judged.pass(10).alerts).toEqual([]);
  });
  it('is judged by its newest reading alone when it comes into service', () => {
    const judged = new Judged([coverFacts({ lifecycle: 'installed' })]);
    judged.reading({ tilt_deg: 60 }, { ts: judged.now - 3 * 86_400_000 });
    judged.reading({ battery_v: 3.5 });
    judged.change({ type: 'devices', devices: [coverFacts()] });
    expect(judged.pass(10).alerts).toEqual([]);
  });
  it('does not fire when a car has passed within the hold', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 30 });
    judged.pass(2);
    judged.reading({ tilt_deg: 1 });
    expect(judged.pass(10).alerts).toEqual([]);
  });
  it('past 45° fires one critical alert, not a warning before it', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 60 });
    expect(judged.pass(4).alerts).toMatchObject([{ alert: { severity: 'critical', count: 1, limit: 45 } }]);
  });
  it('steps up in the same alert, never down, and asks for a case again', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 20 });
    judged.pass(4);
    judged.reading({ tilt_deg: 50 });
    const { alerts, outgoing } = judged.pass(4);
    expect(alerts).toMatchObject([{ alert: { severity: 'critical', count: 2 } }]);
    expect(outgoing).toHaveLength(1);
    judged.reading({ tilt_deg: 20 });
    judged.pass(30);
    expect(judged.alerts()).toMatchObject([{ severity: 'critical', state: 'firing', count: 2 }]);
  });
  it('ends below 5° held for 10 minutes, by the clock, and can fire anew', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 20 });
    judged.pass(4);
    judged.reading({ tilt_deg: 7 });
    judged.pass(700);
    expect(judged.alerts()).toMatchObject([{ state: 'firing' }]);
    judged.reading({ tilt_deg: 2 });
    judged.pass(599);
    expect(judged.alerts()).toMatchObject([{ state: 'firing' }]);
    judged.pass(1);
    expect(judged.alerts()).toMatchObject([{ state: 'resolved', resolvedTs: judged.now }]);
    judged.reading({ tilt_deg: 20 });
    judged.pass(3);
    expect(judged.alerts()).toMatchObject([{ state: 'resolved' }, { state: 'firing' }]);
  });
  it('is one alert by the edge’s rule and the cloud’s, and restored ends it', () => {
    const judged = new Judged([coverFacts()]);
    judged.event('tilt', { id: 'E1', data: { tilt_deg: 22 } });
    judged.reading({ tilt_deg: 22 });
    judged.pass(4);
    expect(judged.alerts()).toMatchObject([{ id: 'E1', count: 2, events: ['E1'], severity: 'warning' }]);
    judged.event('restored');
    expect(judged.alerts()).toMatchObject([{ state: 'resolved' }]);
    judged.pass(60);
    expect(judged.alerts()).toHaveLength(1);
  });
  it('opened by an event ends by the cloud’s clear condition too', () => {
    const judged = new Judged([coverFacts()]);
    judged.event('tilt', { data: { tilt_deg: 50 } });
    judged.reading({ tilt_deg: 1 });
    judged.pass(600);
    expect(judged.alerts()).toMatchObject([{ state: 'resolved', severity: 'critical' }]);
  });
  it('that was away alerts once, with how late it was; its backlog wakes nobody', () => {
    const judged = new Judged([coverFacts()]);
    const then = judged.now;
    judged.pass(30);
    judged.event('tilt', { id: 'E1', ts: then, data: { tilt_deg: 20 } });
    judged.reading({ tilt_deg: 20 }, { ts: then, seq: 100 });
    for (let i = 0; i < 60; i++) judged.reading({ tilt_deg: i % 2 === 0 ? 80 : 0 }, { ts: then - 60_000 * (60 - i), seq: 40 + i });
    judged.pass(10);
    expect(judged.alerts()).toMatchObject([{ id: 'E1', late_ms: 30_000, count: 2, severity: 'warning' }]);
    expect(judged.judge.stats().ingest.more).toMatchObject({ history: 60 });
  });
});

describe('what the rules promise of any alert', () => {
  it('only what is in service raises one; coming into service it is judged by its newest reading at once', () => {
    const judged = new Judged([coverFacts({ lifecycle: 'installed' })]);
    judged.reading({ tilt_deg: 30 });
    judged.event('tilt');
    judged.pass(10);
    expect(judged.alerts()).toEqual([]);
    judged.change({ type: 'devices', devices: [coverFacts()] });
    expect(judged.pass(3).alerts).toMatchObject([{ alert: { severity: 'warning', value: 30 } }]);
  });
  it('a device that leaves service ends its alerts', () => {
    const judged = new Judged([coverFacts()]);
    judged.event('tilt');
    judged.change({ type: 'devices', devices: [coverFacts({ lifecycle: 'maintenance' })] });
    expect(judged.alerts()).toMatchObject([{ state: 'resolved' }]);
  });
  it('a repeated event changes nothing, an id of another device is parked', () => {
    const judged = new Judged([coverFacts(), coverFacts({ id: 'cover-2' })]);
    judged.event('tilt', { id: 'E1' });
    judged.event('tilt', { id: 'E1' });
    judged.event('tilt', { id: 'E1', device: 'cover-2' });
    expect(judged.alerts()).toMatchObject([{ count: 1, events: ['E1'] }]);
    expect(judged.judge.stats().ingest).toMatchObject({ in: 3, accepted: 1, repeats: 1, parked: 1 });
    expect(judged.judge.parked(10, null)).toMatchObject([{ reason: 'event-id-taken', device: 'cover-2' }]);
  });
  it('one that ends by itself is not ended by a person; acting on a resolved one is a conflict', () => {
    const judged = new Judged([coverFacts(), postFacts()]);
    judged.event('tilt', { id: 'E1' });
    judged.event('sos', { id: 'S1', device: 'post-1' });
    const act = (alert: string, action: 'ack' | 'resolve') => judged.judge.act({ alert, action, by: 'shen', at: judged.now, note: null });
    expect(act('E1', 'resolve')).toMatchObject({ ok: false, code: 'conflict' });
    expect(act('S1', 'resolve')).toMatchObject({ ok: true, alert: { state: 'resolved', history: [{ by: 'shen', action: 'resolve' }] } });
    expect(act('S1', 'ack')).toMatchObject({ ok: false, code: 'conflict' });
    judged.judge.commit();
    expect(act('S1', 'ack')).toMatchObject({ ok: false, code: 'conflict' });
    expect(act('nobody', 'ack')).toMatchObject({ ok: false, code: 'not-found' });
  });
  it('one without an end of its own ends with the close of its case, one with its own does not', () => {
    const judged = new Judged([coverFacts(), postFacts()]);
    judged.event('tilt', { id: 'E1' });
    judged.event('sos', { id: 'S1', device: 'post-1' });
    judged.change({ type: 'case-ended', case: 'C1', alerts: ['E1', 'S1'], how: 'closed', by: 'shen', at: judged.now });
    expect(judged.alerts()).toMatchObject([
      { id: 'E1', state: 'firing' },
      { id: 'S1', state: 'resolved' },
    ]);
  });
  it('one finds its case, resolved or not', () => {
    const judged = new Judged([coverFacts()]);
    judged.event('tilt', { id: 'E1' });
    judged.event('restored');
    judged.change({ type: 'alert-case', alert: 'E1', case: 'C1' });
    expect(judged.alerts()).toMatchObject([{ case: 'C1', state: 'resolved' }]);
  });
});

describe('an SOS', () => {
  it('fires critical at once; again while acknowledged it fires anew; cancelled it is noted and stays', () => {
    const judged = new Judged([postFacts()]);
    expect(judged.event('sos', { id: 'S1', device: 'post-1' }).alerts).toMatchObject([{ alert: { id: 'S1', severity: 'critical', state: 'firing' } }]);
    judged.judge.act({ alert: 'S1', action: 'ack', by: 'school', at: judged.now, note: null });
    expect(judged.event('sos', { id: 'S2', device: 'post-1' })).toMatchObject({
      alerts: [{ alert: { id: 'S1', state: 'firing', count: 2, events: ['S1', 'S2'] } }],
      outgoing: [{ type: 'case-wanted' }],
    });
    judged.event('sos-cancelled', { device: 'post-1' });
    expect(judged.alerts()).toMatchObject([{ state: 'firing', history: [{ action: 'ack' }, { action: 'sos-cancelled' }] }]);
  });
});

describe('a camera', () => {
  it('restored with a cause ends that one, without it all but an intrusion', () => {
    const judged = new Judged([cameraFacts()]);
    for (const kind of ['covered', 'moved', 'intrusion']) judged.event(kind, { device: 'camera-1' });
    judged.event('restored', { device: 'camera-1', data: { cause: 'moved' } });
    expect(judged.alerts().map(({ state }) => state)).toEqual(['firing', 'resolved', 'firing']);
    judged.event('restored', { device: 'camera-1' });
    expect(judged.alerts().map(({ state }) => state)).toEqual(['resolved', 'resolved', 'firing']);
  });
});

describe('silence', () => {
  it('of 2.5 intervals makes a device offline, without a case; being heard ends it', () => {
    const judged = new Judged([coverFacts({ interval_s: 60 })]);
    judged.reading({ tilt_deg: 1 });
    expect(judged.pass(149).alerts).toEqual([]);
    const { alerts, statuses, outgoing } = judged.pass(1);
    expect(alerts).toMatchObject([{ alert: { cause: 'offline', state: 'firing' } }]);
    expect(statuses).toEqual([{ id: 'cover-1', status: 'offline' }]);
    expect(outgoing).toEqual([]);
    expect(judged.reading({ tilt_deg: 1 })).toMatchObject({ alerts: [{ alert: { state: 'resolved' } }], statuses: [{ status: 'ok' }] });
  });
  it('does not count while the agent is cut off, and goes on where it stopped', () => {
    const judged = new Judged([coverFacts({ interval_s: 60 })]);
    judged.reading({ tilt_deg: 1 });
    judged.pass(100);
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    judged.pass(50);
    judged.entries({ type: 'connect', agent: 'gw-1', rx: judged.now });
    expect(judged.pass(49).alerts).toEqual([]);
    expect(judged.pass(1).alerts).toMatchObject([{ alert: { cause: 'offline' } }]);
  });
  it('counts while a device sleeps that said goodbye', () => {
    const judged = new Judged([coverFacts({ interval_s: 60 })]);
    judged.reading({ tilt_deg: 1 });
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: true, rx: judged.now });
    expect(judged.pass(150).alerts).toMatchObject([{ alert: { cause: 'offline' } }]);
  });
});

describe('an agent', () => {
  it('that was cut and stays away a minute is one alert, its devices unknown; it ends when it is back', () => {
    const judged = new Judged([coverFacts({ interval_s: 60 }), coverFacts({ id: 'cover-2', interval_s: 60 })]);
    judged.reading({ tilt_deg: 1 });
    judged.reading({ tilt_deg: 1 }, { device: 'cover-2' });
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    expect(judged.pass(59).alerts).toEqual([]);
    const gone = judged.pass(1);
    expect(gone.alerts).toMatchObject([{ alert: { cause: 'agent-gone', device: null, agent: 'gw-1', case: null } }]);
    expect(gone.statuses.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    const back = judged.entries({ type: 'connect', agent: 'gw-1', rx: judged.now });
    expect(back.alerts).toMatchObject([{ alert: { state: 'resolved' } }]);
    expect(back.statuses.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });
  it('that said goodbye is never gone, nor is one that is back in time', () => {
    const judged = new Judged([coverFacts()]);
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: true, rx: judged.now });
    expect(judged.pass(300).alerts).toEqual([]);
    judged.entries({ type: 'connect', agent: 'gw-1', rx: judged.now }, { type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    judged.pass(30);
    judged.entries({ type: 'connect', agent: 'gw-1', rx: judged.now });
    expect(judged.pass(120).alerts).toEqual([]);
  });
  it('has its minute to come back after the cloud was away', () => {
    const judged = new Judged([coverFacts()]);
    judged.now += 7_200_000;
    judged.entries({ type: 'start', rx: judged.now });
    expect(judged.pass(59).alerts).toEqual([]);
    expect(judged.pass(1).alerts).toMatchObject([{ alert: { cause: 'agent-gone' } }]);
  });
  it('that is removed takes its alert with it', () => {
    const judged = new Judged([coverFacts()]);
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    judged.pass(60);
    judged.change({ type: 'agent-removed', agent: 'gw-1' });
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    judged.pass(90);
    expect(judged.alerts()).toMatchObject([{ state: 'resolved' }]);
    expect(judged.judge.agents().size).toBe(0);
  });
});

describe('a changed rule', () => {
  it('judges by its new limit from then on, the newest reading too', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 12 });
    judged.pass(10);
    const rule = seedRules().find(({ id }) => id === 'manhole-cover.tilt');
    judged.change({ type: 'rule', rule: { ...rule, levels: [{ at: 10, severity: 'critical' }] } });
    expect(judged.pass(3).alerts).toMatchObject([{ alert: { severity: 'critical', limit: 10 } }]);
  });
  it('that is off fires no more, and its silent devices are no longer offline', () => {
    const judged = new Judged([coverFacts({ interval_s: 1 })]);
    judged.pass(10);
    expect(judged.alerts()).toMatchObject([{ cause: 'offline', state: 'firing' }]);
    for (const rule of seedRules()) judged.change({ type: 'rule', rule: { ...rule, enabled: false } });
    expect(judged.alerts()).toMatchObject([{ state: 'resolved' }]);
    judged.reading({ tilt_deg: 80 });
    judged.event('tilt');
    judged.pass(30);
    expect(judged.alerts()).toHaveLength(1);
  });
});

describe('a change that the desk writes twice after a crash', () => {
  it('counts once: a device put back into service is not taken out of it again', () => {
    const judged = new Judged([coverFacts()]);
    const out: Change = { type: 'devices', devices: [coverFacts({ lifecycle: 'maintenance' })] };
    judged.change(out);
    const before = judged.rows.length;
    judged.change({ type: 'devices', devices: [coverFacts()] });
    judged.event('tilt');
    for (const { entries } of judged.rows.slice(before - 1, before + 1)) judged.entries(...entries);
    expect(judged.alerts()).toMatchObject([{ state: 'firing' }]);
  });
});

describe('a kill at any moment', () => {
  /** A day in small, with everything that has a due time in it. */
  function story(): Judged {
    const judged = new Judged([coverFacts({ interval_s: 60 }), postFacts({ interval_s: 60 })]);
    judged.reading({ tilt_deg: 20 }, { seq: 1 });
    judged.reading({ tilt_deg: 20 }, { seq: 1 });
    judged.pass(2);
    judged.event('sos', { id: 'S1', device: 'post-1' });
    judged.pass(3);
    judged.reading({ tilt_deg: 50 });
    judged.pass(5);
    judged.event('tilt', { id: 'E1' });
    judged.event('restored');
    judged.entries({ type: 'disconnect', agent: 'gw-1', clean: false, rx: judged.now });
    judged.pass(65);
    judged.entries({ type: 'connect', agent: 'gw-1', rx: judged.now });
    judged.event('sos', { id: 'S2', device: 'post-1' });
    judged.pass(200);
    return judged;
  }
  it('neither loses nor doubles an alert: what was not committed is judged again to the same end', () => {
    const whole = story();
    const wanted = whole.alerts();
    expect(wanted.map(({ cause }) => cause)).toEqual(['sos', 'tilt', 'agent-gone', 'offline', 'offline']);
    for (let killedAt = 1; killedAt < whole.rows.length; killedAt += 7) {
      // Committed at `killedAt`; then judged on without a commit, and gone.
      const db = new Database(':memory:');
      let judge = new Judge(db);
      judge.load();
      for (const row of whole.rows.slice(0, killedAt)) judge.row(row);
      judge.commit();
      const image = db.serialize();
      for (const row of whole.rows.slice(killedAt, killedAt + 5)) judge.row(row);

      const again = new Database(image);
      judge = new Judge(again);
      judge.load();
      expect(judge.cursor).toBe(killedAt);
      for (const row of whole.rows.slice(judge.cursor)) {
        judge.row(row);
        if (judge.urgent) judge.commit();
      }
      judge.commit();
      const alerts = (again.prepare('select body from alerts order by n').all() as { body: string }[]).map(({ body }) => JSON.parse(body));
      expect(alerts).toEqual(wanted);
      again.close();
      db.close();
    }
  });
});

describe('the counts', () => {
  it('of ingest add up: in = accepted + rejected + repeats + parked + waiting', () => {
    const judged = new Judged([coverFacts()]);
    judged.reading({ tilt_deg: 1 }, { seq: 7 });
    judged.reading({ tilt_deg: 1 }, { seq: 7 });
    judged.reading({ colour: 1 });
    judged.reading({ tilt_deg: 1 }, { device: 'nobody' });
    judged.reading({ tilt_deg: 1 }, { seq: 3, ts: judged.now - 5000 });
    const { ingest } = judged.judge.stats();
    expect(ingest).toMatchObject({ in: 5, accepted: 2, repeats: 1, parked: 2, rejected: 0, waiting: 0 });
    expect(Object.fromEntries(judged.judge.agents())).toMatchObject({ 'gw-1': { received: 3, repeats: 1, parked: 2, gaps: 3, reused: 0 } });
  });
});
