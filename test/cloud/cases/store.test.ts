import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CaseChange, CaseRecord, CaseWanted } from '../../../cloud/cases/cases.ts';
import type { Viewer } from '../../../cloud/http/http.ts';
import { Register, system } from '../../../cloud/register/register.ts';
import type { Scope } from '../../../cloud/scope.ts';
import { retry } from '../../../devices/errors.ts';
import { someone } from '../../kit/case.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';
import { smallDistrict } from '../../kit/district.ts';
import { jpegOf } from '../../kit/pictures.ts';
import { openWork, type TestWork } from '../../kit/work.ts';

let at: TestDesk;
let register: Register;
let work: TestWork;
let seq: number;
let changed: CaseChange[];
const all: Scope = { all: true };
const dispatcher = someone('dispatcher', all, 'hejing');
const administrator = someone('administrator', all, 'admin');

beforeEach(async () => {
  at = await openDesk();
  await open();
  await smallDistrict(register);
  await register.installation.put(system, 'installation', { name: { zh: 'x', en: 'x' }, demo: false, center: { lon: 114, lat: 36 }, division: '130406' });
  seq = 0;
});
afterEach(async () => {
  work.close();
  await at.close();
});

async function open(): Promise<void> {
  register = new Register({ desk: at.desk, clock: at.clock, latest: () => new Map(), gate: { put() {}, remove() {} }, counts: () => new Map(), online: () => new Map() });
  await register.start();
  work = await openWork(at, register);
  changed = [];
  work.cases.onChange((some) => changed.push(...some));
}
async function restart(): Promise<void> {
  work.close();
  await at.restart();
  await open();
}
const wanted = (device: string, over: Parameters<TestWork['raise']>[1] = {}, maintainer: string | null = 'dept-drainage'): CaseWanted => ({
  seq: ++seq,
  type: 'case-wanted',
  alert: work.raise(device, over).alert,
  maintainer,
});
const cases = async (scope: Scope = all): Promise<CaseRecord[]> => (await work.cases.list(scope, {}, { limit: 1000 })).items;
const only = async (): Promise<CaseRecord> => {
  const found = await cases();
  expect(found).toHaveLength(1);
  return found[0] as CaseRecord;
};
async function run(viewer: Viewer, id: string, ...actions: string[]): Promise<CaseRecord> {
  let record = (await work.cases.get(all, id)) as CaseRecord;
  for (const action of actions) record = await work.cases.act(viewer, id, { action: action as 'check', version: record.version });
  return record;
}
async function photographed(id: string): Promise<void> {
  const picture = await work.photos.keep(await jpegOf(40, 30));
  await work.cases.addPhoto(dispatcher, id, 'before', picture);
  await work.cases.addPhoto(dispatcher, id, 'after', picture);
}

describe('an alert that wants a case', () => {
  test('opens one, registered by the system, routed to the maintainer, placed and numbered; then its alert learns of it', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const record = await only();
    expect(record).toMatchObject({
      number: '130406-20261124-00001',
      source: 'sensor',
      category: 'tilt',
      text: '井盖倾斜 22°',
      message: { en: 'Cover tilted 22°' },
      stage: 'registered',
      device: 'cover-1',
      position: { lon: 114.49, lat: 36.6 },
      grid: 'grid-1',
      alerts: ['alert-1'],
      department: 'dept-drainage',
      version: 2,
    });
    expect(record.history.map(({ by, action, from, to }) => [by, action, from, to])).toEqual([
      ['system', 'open', null, 'reported'],
      ['system', 'register', 'reported', 'registered'],
    ]);
    expect(at.changes('alert-case')).toEqual([{ type: 'alert-case', alert: 'alert-1', case: record.id }]);
    expect(changed).toEqual([{ record, before: null }]);
  });

  test('is heard once, however often the same row comes, in one batch or in many, also after a restart', async () => {
    const row = wanted('cover-1');
    await work.cases.wanted([row, row]);
    await work.cases.wanted([row]);
    await restart();
    await Promise.all([work.cases.wanted([row]), work.cases.wanted([row])]);
    await only();
    expect(at.changes('alert-case')).toHaveLength(1);
    expect(changed).toEqual([]);
  });

  test('the row that comes again after its case was closed opens none', async () => {
    const row = wanted('post-1', { cause: 'sos' });
    await work.cases.wanted([row]);
    await run(administrator, (await only()).id, 'void');
    await work.cases.wanted([row]);
    expect((await only()).stage).toBe('void');
  });

  test('joins the open case of its device and cause, whoever opened that', async () => {
    const opened = await work.cases.create(dispatcher, { text: 'cover stands up', category: 'tilt', device: 'cover-1' });
    await work.cases.wanted([wanted('cover-1')]);
    const record = await only();
    expect(record).toMatchObject({ id: opened.id, alerts: ['alert-1'], version: opened.version });
    expect(record.history.at(-1)).toMatchObject({ by: 'system', action: 'alert', note: 'alert-1' });
    expect(at.changes('alert-case')).toEqual([{ type: 'alert-case', alert: 'alert-1', case: opened.id }]);
  });

  test('of another cause, or another device, opens another', async () => {
    await work.cases.wanted([wanted('cover-1'), wanted('cover-1', { cause: 'water-over' }), wanted('cover-2')]);
    expect((await cases()).map(({ device, category, number }) => [device, category, number])).toEqual([
      ['cover-2', 'tilt', '130406-20261124-00003'],
      ['cover-1', 'water-over', '130406-20261124-00002'],
      ['cover-1', 'tilt', '130406-20261124-00001'],
    ]);
  });

  test('that steps up while its case is open changes nothing, and after the close opens another', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const first = await only();
    await work.cases.wanted([wanted('cover-1', { severity: 'critical' })]);
    expect(await only()).toEqual(first);
    await run(administrator, first.id, 'void');
    await work.cases.wanted([wanted('cover-1', { severity: 'critical', insists: true })]);
    const [second] = await cases();
    expect(second).toMatchObject({ stage: 'registered', alerts: ['alert-1'] });
    expect(at.changes('alert-case').at(-1)).toEqual({ type: 'alert-case', alert: 'alert-1', case: second?.id });
  });

  test('of a camera has the source camera', async () => {
    await work.cases.wanted([wanted('camera-1', { cause: 'covered' }, 'dept-police')]);
    expect(await only()).toMatchObject({ source: 'camera', department: 'dept-police' });
  });

  test('300 of them are one transaction and quickly done', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => wanted('cover-1', { cause: `cause-${i}` }));
    const began = performance.now();
    await work.cases.wanted(rows);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await cases()).toHaveLength(300);
    expect(new Set((await cases()).map(({ number }) => number)).size).toBe(300);
    expect(at.changes('alert-case')).toHaveLength(300);
  });

  test('when the journal refuses, the case is kept and shown, and its alert learns of it later', async () => {
    at.refuse = retry('journal-full', 'full');
    const row = wanted('cover-1');
    await expect(work.cases.wanted([row])).rejects.toMatchObject({ next: 'retry' });
    expect(changed).toHaveLength(1);
    at.refuse = null;
    await work.cases.wanted([row]);
    await restart();
    await work.cases.wanted([wanted('cover-2')]);
    expect(at.changes('alert-case').map(({ alert }) => alert)).toEqual(['alert-1', 'alert-2']);
    expect(await cases()).toHaveLength(2);
  });
});

describe('a person', () => {
  test('opens a case about a device, and it is placed by the device', async () => {
    const record = await work.cases.create(someone('gridworker', { grid: ['grid-1'] }, 'wang'), { text: '灯不亮', device: 'lamp-1' });
    expect(record).toMatchObject({ source: 'person', stage: 'reported', department: 'dept-power', grid: 'grid-1', position: { lon: 114.49 }, version: 1, category: null });
    expect(record.history).toEqual([{ at: at.clock.now(), by: 'wang', action: 'open', from: null, to: 'reported', note: null }]);
  });

  test('opens one without a device where their rights reach, and need not say so where they have one place alone', async () => {
    const worker = someone('gridworker', { grid: ['grid-1'] });
    expect(await work.cases.create(worker, { text: 'rubbish' })).toMatchObject({ grid: 'grid-1', device: null });
    await expect(work.cases.create(worker, { text: 'rubbish', grid: 'grid-2' })).rejects.toMatchObject({ refusal: 'invalid', faults: [{ key: 'grid' }] });
    expect(await work.cases.create(someone('handler', { department: ['dept-power'] }), { text: 'x' })).toMatchObject({ department: 'dept-power' });
  });

  test('is told what does not exist or is not theirs', async () => {
    const school = someone('school', { site: ['school-1'] });
    for (const [key, value] of [
      ['device', 'post-2'],
      ['device', 'nothing'],
      ['grid', 'grid-9'],
      ['department', 'dept-9'],
      // There are these, and its devices know nothing of them.
      ['grid', 'grid-2'],
      ['department', 'dept-power'],
    ] as const) {
      await expect(work.cases.create(school, { text: 'x', [key]: value })).rejects.toMatchObject({ refusal: 'invalid', faults: [{ key, value }] });
    }
    const worker = someone('gridworker', { grid: ['grid-2'] });
    await expect(work.cases.create(worker, { text: 'x', site: 'school-1' })).rejects.toMatchObject({ refusal: 'invalid', faults: [{ key: 'site' }] });
    expect(await cases()).toEqual([]);
    expect(await work.cases.create(school, { text: 'x', grid: 'grid-1', department: 'dept-police' })).toMatchObject({ grid: 'grid-1', department: 'dept-police' });
  });

  test('of one campus or grid opens a case where it lies, as far as somebody has drawn it and a telephone can tell', async () => {
    const corners = [
      [114.5, 36.6],
      [114.51, 36.6],
      [114.51, 36.61],
      [114.5, 36.61],
      [114.5, 36.6],
    ] as [number, number][];
    await register.places.create(system, 'sites', [{ id: 'drawn', name: 'drawn', polygon: corners }], () => '');
    const school = someone('school', { site: ['drawn'] });
    const at = (lon: number, lat: number) => work.cases.create(school, { text: 'x', position: { lon, lat } });
    expect(await at(114.505, 36.605)).toMatchObject({ site: 'drawn', position: { lon: 114.505 } });
    expect(await at(114.5109, 36.605)).toMatchObject({ site: 'drawn' });
    for (const [lon, lat] of [
      [114.5125, 36.605],
      [114.505, 36.6115],
      [114.49, 36.59],
    ] as const)
      await expect(at(lon, lat)).rejects.toMatchObject({ refusal: 'invalid', faults: [{ key: 'position', allowed: 'a position on site "drawn", or within 100 m of it' }] });
    expect(await work.cases.create(dispatcher, { text: 'x', site: 'drawn', position: { lon: 120, lat: 30 } })).toMatchObject({ site: 'drawn' });
    expect(await work.cases.create(someone('school', { site: ['school-1'] }), { text: 'x', position: { lon: 120, lat: 30 } })).toMatchObject({ site: 'school-1' });
  });
});

describe('acting', () => {
  test('runs a case from its alert to its close, with every act in its history, and ends what waits for the close', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    await run(administrator, id, 'dispatch', 'accept', 'feedback', 'check');
    await photographed(id);
    const record = await run(administrator, id, 'pass', 'close');
    expect(record).toMatchObject({ stage: 'closed', passed: true, version: 8, assignee: 'admin' });
    expect(record.history.map(({ action }) => action)).toEqual(['open', 'register', 'dispatch', 'accept', 'feedback', 'check', 'photo', 'photo', 'pass', 'close']);
    expect(at.changes('case-ended')).toEqual([{ type: 'case-ended', case: id, alerts: ['alert-1'], how: 'closed', by: 'admin', at: at.clock.now() }]);
  });

  test('two people at once: one act is done, the other is a 409 that says what may be done now', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id, version } = await only();
    const answers = await Promise.allSettled([
      work.cases.act(dispatcher, id, { action: 'dispatch', version, department: 'dept-power' }),
      work.cases.act(administrator, id, { action: 'void', version }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((answers[1] as PromiseRejectedResult).reason).toMatchObject({
      refusal: 'conflict',
      more: { legal: ['accept', 'return', 'void', 'note'], version: 3, stage: 'dispatched', last: { by: 'hejing', action: 'dispatch', at: at.clock.now() } },
    });
    expect(await only()).toMatchObject({ stage: 'dispatched', department: 'dept-power', version: 3 });
  });

  test('many people at once: each version is used by one', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    const tries = Array.from({ length: 20 }, () => work.cases.act(dispatcher, id, { action: 'note', version: 2, note: 'x' }));
    expect((await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a department that does not exist is named, and so is one that goes with another action', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    await expect(work.cases.act(dispatcher, id, { action: 'dispatch', version: 2, department: 'dept-9' })).rejects.toMatchObject({
      faults: [{ key: 'department', value: 'dept-9' }],
    });
    await expect(work.cases.act(dispatcher, id, { action: 'void', version: 2, department: 'dept-power' })).rejects.toMatchObject({ faults: [{ key: 'department' }] });
  });

  test('a case that is closed twice over a reopening ends its alerts each time', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    await run(administrator, id, 'void', 'reopen', 'void');
    expect(at.changes('case-ended').map(({ how }) => how)).toEqual(['void', 'void']);
  });

  test('what was answered is there after a restart', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    const dispatched = await run(dispatcher, id, 'dispatch');
    await restart();
    expect(await work.cases.get(all, id)).toEqual(dispatched);
  });

  test('whoever listens is told of every change, with where it was placed before', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    changed.length = 0;
    await work.cases.act(dispatcher, (await only()).id, { action: 'dispatch', version: 2, department: 'dept-power' });
    expect(changed).toMatchObject([{ record: { departments: ['dept-drainage', 'dept-power'] }, before: { departments: ['dept-drainage'] } }]);
  });
});

describe('photos of a case', () => {
  test('are added while it is open, and leave its version', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    await photographed(id);
    const record = await only();
    expect(record.version).toBe(2);
    expect(record.photos).toMatchObject([
      { role: 'before', by: 'hejing', width: 40 },
      { role: 'after', by: 'hejing', width: 40 },
    ]);
    await run(administrator, id, 'void');
    await expect(work.cases.mayAddPhoto(dispatcher, id)).rejects.toMatchObject({ refusal: 'conflict', more: { legal: ['reopen'] } });
    await expect(photographed(id)).rejects.toMatchObject({ refusal: 'conflict' });
  });

  test('a photo and an act at once both stay', async () => {
    await work.cases.wanted([wanted('cover-1')]);
    const { id } = await only();
    const picture = await work.photos.keep(await jpegOf(40, 30));
    await Promise.all([
      work.cases.addPhoto(dispatcher, id, 'before', picture),
      work.cases.act(dispatcher, id, { action: 'dispatch', version: 2 }),
      work.cases.addPhoto(dispatcher, id, 'after', picture),
    ]);
    expect(await only()).toMatchObject({ stage: 'dispatched', photos: [{ role: 'before' }, { role: 'after' }] });
  });

  test("a camera's own picture goes to its open case, once for each command", async () => {
    const picture = await work.photos.keep(await jpegOf(40, 30));
    expect(await work.cases.addSnapshot('camera-1', 'command-1', picture)).toBeNull();
    await work.cases.wanted([wanted('camera-1', { cause: 'covered' })]);
    await work.cases.addSnapshot('camera-1', 'command-1', picture);
    await work.cases.addSnapshot('camera-1', 'command-1', picture);
    expect((await only()).photos).toMatchObject([{ role: 'other', by: 'system', command: 'command-1' }]);
  });
});

describe('who sees which', () => {
  beforeEach(async () => {
    await work.cases.wanted([wanted('cover-1'), wanted('cover-2'), wanted('post-1', { cause: 'sos' }, 'dept-police'), wanted('post-2', { cause: 'sos' }, 'dept-police')]);
  });

  test('lists, single ones and sums are of the scope alone', async () => {
    const devices = async (scope: Scope) => (await cases(scope)).map(({ device }) => device);
    expect(await devices({ grid: ['grid-2'] })).toEqual(['cover-2']);
    expect(await devices({ site: ['school-1'] })).toEqual(['post-1']);
    expect(await devices({ department: ['dept-police'] })).toEqual(['post-2', 'post-1']);
    const [other] = await cases({ site: ['school-2'] });
    expect(await work.cases.get({ site: ['school-1'] }, other?.id as string)).toBeUndefined();
    await expect(work.cases.act(someone('administrator', { site: ['school-1'] }), other?.id as string, { action: 'void', version: 2 })).rejects.toMatchObject({
      refusal: 'not-found',
    });
    expect((await work.cases.summary({ site: ['school-1'] })).registered).toBe(1);
    expect(await work.cases.list({ site: ['school-1'] }, {}, { limit: 1 })).toMatchObject({ total: 1, next: null });
  });

  test('a department sees what it had, and acts on what it has', async () => {
    const [record] = await cases({ grid: ['grid-2'] });
    await work.cases.act(dispatcher, record?.id as string, { action: 'dispatch', version: 2, department: 'dept-power' });
    expect(await cases({ department: ['dept-drainage'] })).toHaveLength(2);
    expect(await cases({ department: ['dept-power'] })).toHaveLength(1);
    const former = someone('handler', { department: ['dept-drainage'] });
    await expect(work.cases.act(former, record?.id as string, { action: 'accept', version: 3 })).rejects.toMatchObject({ refusal: 'forbidden' });
    await work.cases.act(someone('handler', { department: ['dept-power'] }), record?.id as string, { action: 'accept', version: 3 });
  });

  test('a case stays where it was opened when its device moves', async () => {
    await register.devices.patch(system, 'cover-2', { grid: 'grid-1' });
    expect(await cases({ grid: ['grid-2'] })).toHaveLength(1);
  });
});

test('lists are newest first, filtered, and paged without loss', async () => {
  await work.cases.wanted(Array.from({ length: 25 }, (_, i) => wanted('cover-1', { cause: `cause-${i}` })));
  await work.cases.wanted([wanted('lamp-1', { cause: 'lamp-failure' }, 'dept-power')]);
  const seen: string[] = [];
  let after: number | undefined;
  do {
    const page = await work.cases.list(all, {}, { limit: 10, after });
    expect(page.total).toBe(26);
    seen.push(...page.items.map(({ number }) => number));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(Array.from({ length: 26 }, (_, i) => `130406-20261124-${String(26 - i).padStart(5, '0')}`));
  await run(administrator, ((await cases())[0] as CaseRecord).id, 'void');
  expect((await work.cases.list(all, { stage: ['void', 'closed'] }, { limit: 9 })).total).toBe(1);
  expect((await work.cases.list(all, { department: ['dept-power'], device: ['lamp-1'] }, { limit: 9 })).total).toBe(1);
  expect((await work.cases.list(all, { device: ['lamp-1'], stage: ['registered'] }, { limit: 9 })).total).toBe(0);
  expect(await work.cases.summary(all)).toMatchObject({ registered: 25, void: 1, closed: 0 });
  expect(await work.cases.open()).toHaveLength(25);
});

test('numbers begin anew with each day of the civil time', async () => {
  at.clock.setWall(Date.UTC(2026, 10, 24, 15, 59, 59));
  await work.cases.wanted([wanted('cover-1')]);
  at.clock.setWall(Date.UTC(2026, 10, 24, 16, 0, 0));
  await work.cases.wanted([wanted('cover-2')]);
  expect((await cases()).map(({ number }) => number)).toEqual(['130406-20261125-00001', '130406-20261124-00001']);
});

test('one listener that fails keeps nothing from the others', async () => {
  work.cases.onChange(() => {
    throw new Error('broken');
  });
  const late: CaseChange[] = [];
  work.cases.onChange((some) => late.push(...some));
  await work.cases.wanted([wanted('cover-1')]);
  expect(late).toHaveLength(1);
});
