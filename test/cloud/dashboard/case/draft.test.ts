import { expect, test } from 'vitest';
import { draftFaults, draftOf } from '../../../../cloud/dashboard/case/draft.ts';

const empty = { category: '', text: '', device: null, lon: '', lat: '', grid: '' };

test('a case says what happened and where', () => {
  expect(draftFaults(empty, false)).toEqual({ text: 'newCase.needText', device: 'newCase.needPlace' });
  expect(draftFaults({ ...empty, text: 'a hole' }, true)).toEqual({});
  expect(draftFaults({ ...empty, text: 'a hole', grid: 'g1' }, false)).toEqual({});
});
test('a position is whole and on the globe', () => {
  for (const [lon, lat] of [
    ['114.2', ''],
    ['', '38.4'],
    ['181', '38'],
    ['114', '91'],
    ['east', '38'],
  ])
    expect(draftFaults({ ...empty, text: 'a hole', lon: lon as string, lat: lat as string }, false)).toEqual({ position: 'newCase.positionBad' });
  expect(draftFaults({ ...empty, text: 'a hole', lon: '114.2', lat: '38.4' }, false)).toEqual({});
});
test('what was left empty is not sent, and a device brings its own place', () => {
  expect(draftOf({ ...empty, text: ' a hole ', lon: '114.2', lat: '38.4', category: ' cover ' })).toEqual({
    text: 'a hole',
    category: 'cover',
    position: { lon: 114.2, lat: 38.4 },
  });
  expect(draftOf({ ...empty, text: 'a hole', device: 'd1', lon: '1', lat: '2', grid: 'g1' })).toEqual({ text: 'a hole', device: 'd1' });
});
