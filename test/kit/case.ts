import type { roles } from '../../cloud/accounts/accounts.ts';
import type { CaseRecord, PhotoRecord } from '../../cloud/cases/cases.ts';
import type { Viewer } from '../../cloud/http/http.ts';
import type { Scope } from '../../cloud/scope.ts';

export const someone = (role: (typeof roles)[number], scope: Scope = { all: true }, username: string = role): Viewer => ({ username, role, scope, via: { token: username } });

export const photoRecord = (role: PhotoRecord['role']): PhotoRecord => ({
  id: `photo-${role}`,
  role,
  at: 1,
  by: 'gridworker',
  takenAt: null,
  position: null,
  width: 4,
  height: 3,
  bytes: 100,
  sha256: 'ab',
  command: null,
  file: 'ab.jpg',
  thumb: 'cd.jpg',
});

/** A registered case of the drainage department; what is handed in replaces parts of it. */
export const caseRecord = (over: Partial<CaseRecord> = {}): CaseRecord => ({
  id: 'case-1',
  number: '130406-20261124-00001',
  source: 'sensor',
  category: 'tilt',
  text: '井盖倾斜',
  message: null,
  stage: 'registered',
  device: 'cover-1',
  position: null,
  grid: '130406001001001',
  site: null,
  alerts: ['alert-1'],
  department: 'dept-drainage',
  departments: ['dept-drainage'],
  assignee: null,
  due: {},
  photos: [],
  history: [{ at: 1, by: 'system', action: 'open', from: null, to: 'reported', note: null }],
  passed: false,
  reworks: 0,
  simulated: false,
  drill: false,
  opened: 1,
  version: 3,
  ...over,
});
