/** The demo's people: about ten accounts over all roles. Their names are invented. */
import { randomInt } from 'node:crypto';
import type { District } from '../district/district.ts';

export interface DemoAccount {
  username: string;
  role: 'administrator' | 'dispatcher' | 'handler' | 'gridworker' | 'technician' | 'school' | 'viewer';
  scope: { all: true } | { department: string[] } | { grid: string[] } | { site: string[] };
  /** Who it is, as the start prints it. */
  who: string;
}

export const demoSchool = 'school-01';
/** The communities of the two grid workers, by the first twelve digits of their grids. */
const rounds = { 'lin.xiaolan': '130406003012', 'zhou.qiming': '130406002009' };

export function demoAccounts(district: District): DemoAccount[] {
  const gridsOf = (community: string) => district.grids.filter(({ id }) => id.startsWith(community)).map(({ id }) => id);
  const school = district.sites.find(({ id }) => id === demoSchool)?.name ?? demoSchool;
  return [
    { username: 'shen.ruochuan', role: 'dispatcher', scope: { all: true }, who: '值班长 沈若川, facility manager on duty' },
    { username: 'zheng.ping', role: 'handler', scope: { department: ['dept-drainage', 'dept-water'] }, who: '郑平, handler of 排水养护所 and 云溪水务局' },
    { username: 'lu.an', role: 'handler', scope: { department: ['dept-lighting', 'dept-power'] }, who: '陆安, handler of 亮化中心 and 供电公司' },
    { username: 'chen.yan', role: 'handler', scope: { department: ['dept-telecom', 'dept-information'] }, who: '陈岩, handler of 通信管理处 and 信息中心' },
    { username: 'lin.xiaolan', role: 'gridworker', scope: { grid: gridsOf(rounds['lin.xiaolan']) }, who: `林晓岚, grid worker in ${rounds['lin.xiaolan']}…` },
    { username: 'zhou.qiming', role: 'gridworker', scope: { grid: gridsOf(rounds['zhou.qiming']) }, who: `周启明, grid worker in ${rounds['zhou.qiming']}…` },
    { username: 'he.jing', role: 'technician', scope: { all: true }, who: '何静, technician' },
    { username: 'gu.yan', role: 'school', scope: { site: [demoSchool] }, who: `顾言, on duty at ${school}` },
    { username: 'guest', role: 'viewer', scope: { all: true }, who: 'may look at everything' },
  ];
}

// Without what is easily confused: 0 O, 1 l I.
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
const part = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
/** A password to be read from a screen and typed: about 59 bits of chance. */
export const newPassword = (): string => `${part()}-${part()}-${part()}`;
