import { expect, test } from 'vitest';
import { formOf, inputOf, patchOf, unreadable } from '../../../../cloud/dashboard/admin/device-form.ts';
import { aDevice } from '../../../kit/page-shapes.ts';

const device = aDevice({
  id: 'd1',
  kind: 'manhole-cover',
  name: 'Cover 1',
  class: { scheme: 'gbt30428.2', code: '0102' },
  position: { lon: 114.2, lat: 38.4 },
  departments: { authority: 'a', owner: 'o', maintainer: 'm' },
  codes: [
    { scheme: 'gbt30428.2', value: '1304060102000001' },
    { scheme: 'local:old', value: 'X-1' },
  ],
  addresses: [{ scheme: 'devEui', value: '24e124abc' }],
  baseline: { angle_x_deg: 0.4, angle_y_deg: -0.2, angle_z_deg: 89.6 },
  interval_s: 600,
});

test('a form that was not touched changes nothing', () => {
  expect(patchOf(formOf(device, ''), device)).toEqual({});
});
test('only what was changed is sent; what was emptied is taken away', () => {
  const form = { ...formOf(device, ''), name: ' Cover 2 ', grid: 'g9', maintainer: '', interval: '', lon: '', lat: '' };
  expect(patchOf(form, device)).toEqual({ name: 'Cover 2', grid: 'g9', departments: { maintainer: null }, interval_s: null, position: null });
});
test('another code of the device stays when the city’s code is changed', () => {
  expect(patchOf({ ...formOf(device, ''), code: '1304060102000002' }, device)).toEqual({
    codes: [
      { scheme: 'gbt30428.2', value: '1304060102000002' },
      { scheme: 'local:old', value: 'X-1' },
    ],
  });
});
test('a new device is sent with what was filled in alone', () => {
  expect(inputOf(formOf(null, 'streetlight'))).toEqual({ kind: 'streetlight', lifecycle: 'planned' });
  const form = {
    ...formOf(null, 'manhole-cover'),
    id: ' c-1 ',
    owner: 'o',
    lon: '114.2',
    lat: '38.4',
    addresses: [
      { scheme: 'devEui', value: ' 24e1 ' },
      { scheme: '', value: '' },
    ],
  };
  expect(inputOf(form)).toEqual({
    kind: 'manhole-cover',
    id: 'c-1',
    lifecycle: 'planned',
    departments: { owner: 'o' },
    position: { lon: 114.2, lat: 38.4 },
    addresses: [{ scheme: 'devEui', value: '24e1' }],
  });
});
test('numbers that cannot be read are named', () => {
  expect(unreadable({ ...formOf(device, ''), lon: 'east', interval: 'often', baseline: { x: '1', y: '', z: '2' } })).toEqual(['position', 'interval_s', 'baseline']);
  expect(unreadable({ ...formOf(device, ''), lon: '−1.5' })).toEqual([]);
});
