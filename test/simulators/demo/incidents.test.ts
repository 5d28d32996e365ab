import { expect, test } from 'vitest';
import { acts } from '../../../simulators/acts.ts';
import { calmDay, type PlannedAct, planIncidents, riversideCovers } from '../../../simulators/demo/incidents.ts';
import { tellStories } from '../../../simulators/demo/stories.ts';
import { generateDistrict } from '../../../simulators/district/district.ts';
import { seeded } from '../../../simulators/random.ts';

const district = generateDistrict(1);
const plan = planIncidents(district, seeded(1, 'incidents'), 1);
const kindOf = new Map(district.devices.map((device) => [device.id, device.kind]));
const all = [...plan].flatMap(([device, list]) => list.map((act) => ({ device, ...act }))).sort((a, b) => a.after_s - b.after_s);
const incidents = all.filter((act) => act.act !== 'sos');

test('begins with a cover of the river road, twenty seconds after the start', () => {
  const covers = riversideCovers(district);
  for (const { name } of covers) expect(name).toMatch(/^滨河路 \d+ 号井$/);
  expect(all[0]).toMatchObject({ device: covers[0]?.id, act: 'tilt', after_s: 20, repeat: true });
  expect(planIncidents(district, seeded(1, 'incidents'), 2).get(covers[1]?.id as string)).toContainEqual(expect.objectContaining({ after_s: 20 }));
});

test('goes on with one incident in four to eight minutes, of many kinds, each with its end', () => {
  for (const [k, one] of incidents.slice(1).entries()) {
    const gap = one.after_s - (incidents[k] as PlannedAct).after_s;
    expect(gap).toBeGreaterThanOrEqual(239);
    expect(gap).toBeLessThanOrEqual(481);
  }
  expect(new Set(incidents.slice(0, 240).map(({ act }) => act)).size).toBeGreaterThan(7);
  for (const one of incidents) expect(one.act === 'tamper' || (one.for_s ?? 0) > 0).toBe(true);
});

test("presses an SOS of the demo's school every forty minutes", () => {
  const presses = all.filter(({ act }) => act === 'sos');
  for (const [k, one] of presses.entries()) {
    expect(one.after_s).toBe((k + 0.5) * calmDay.sos_s);
    expect(district.devices.find(({ id }) => id === one.device)).toMatchObject({ kind: 'alarm-post', site: 'school-01' });
  }
});

test('scripts only what the kind of the device can be scripted to', () => {
  for (const { device, act } of all) expect(acts.find(({ name }) => name === act)?.kinds).toContain(kindOf.get(device));
});

test('is the same for the same seed', () => {
  expect(planIncidents(district, seeded(1, 'incidents'), 1)).toEqual(plan);
});

test('stories stand at every stage, each at a device of its own apart from those of the first incidents', () => {
  const stories = tellStories(district, seeded(1, 'stories'));
  expect(stories.length).toBeGreaterThanOrEqual(25);
  expect(stories.length).toBeLessThanOrEqual(40);
  const last = new Set(stories.map(({ acts }) => acts.at(-1) ?? 'reported'));
  expect([...last].sort()).toEqual(['accept', 'check', 'close', 'dispatch', 'feedback', 'register', 'reported', 'return', 'rework', 'void'].sort());
  expect(new Set(stories.map(({ device }) => device.id)).size).toBe(stories.length);
  expect(stories.some(({ device }) => riversideCovers(district).some(({ id }) => id === device.id))).toBe(false);
  expect(new Set(stories.map(({ device }) => device.departments.maintainer)).size).toBeGreaterThanOrEqual(6);
});
