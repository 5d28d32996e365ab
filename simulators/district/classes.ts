/** Classes of the city's register (domain.md 1.4): the standard ones of GB/T 30428.2, and our local ones in class 21, which is for extensions. */
import { type Charge, charge } from './departments.ts';

export const standard = 'gbt30428.2';
export const local = 'local:gridwarden';

export interface Class {
  scheme: typeof standard | typeof local;
  code: string;
  zh: string;
  en: string;
  /** How common it is among the covers of a city; 0: no cover. */
  weight: number;
  charge: Charge;
}
const one = (code: string, zh: string, en: string, weight: number, who: Charge): Class => ({ scheme: code.startsWith('21') ? local : standard, code, zh, en, weight, charge: who });

const drains = charge('housing', 'water', 'drainage');
const telecom = charge('housing', 'telecom', 'telecom');
const parks = charge('housing', 'parks', 'parks');

export const coverClasses: readonly Class[] = [
  one('0101', '上水井盖', 'water supply cover', 11, charge('housing', 'water', 'water')),
  one('0102', '污水井盖', 'sewage cover', 26, drains),
  one('0103', '雨水井盖', 'storm water cover', 20, drains),
  one('0104', '雨水箅子', 'rain grate', 14, drains),
  one('0105', '电力井盖', 'power cover', 6, charge('housing', 'power', 'power')),
  one('0106', '路灯井盖', 'street-lighting cover', 3, charge('housing', 'lighting', 'lighting')),
  one('0107', '通讯井盖', 'telecom cover', 8, telecom),
  one('0108', '电视井盖', 'cable-TV cover', 1, telecom),
  one('0109', '网络井盖', 'network cover', 1, charge('housing', 'information', 'telecom')),
  one('0110', '热力井盖', 'heating cover', 2.5, charge('housing', 'heating', 'heating')),
  one('0111', '燃气井盖', 'gas cover', 4, charge('housing', 'gas', 'gas')),
  one('0112', '公安井盖', 'public-security cover', 0.6, charge('police', 'police', 'police')),
  one('0114', '无主井盖', 'ownerless cover', 0.4, charge('housing', 'housing', 'drainage')),
  one('0127', '中水井盖', 'reclaimed water cover', 0.8, charge('housing', 'water', 'drainage')),
  one('0128', '公交井盖', 'bus cover', 0.2, charge('transport', 'transport', 'transport')),
  one('0129', '输油（气）井盖', 'oil/gas pipeline cover', 0.15, charge('housing', 'gas', 'gas')),
  one('0130', '特殊井盖', 'special cover', 0.3, charge('housing', 'housing', 'drainage')),
  one('2120', '环卫井盖', 'sanitation cover', 0.2, parks),
  one('2121', '移动通信井盖', 'mobile-network cover', 0.5, telecom),
  one('2122', '联合通信井盖', 'shared-duct cover', 0.4, telecom),
  one('2123', '信息井盖', 'information cover', 0.2, charge('housing', 'information', 'information')),
  one('2124', '综合管廊井盖', 'utility-tunnel cover', 0.3, charge('housing', 'housing', 'drainage')),
  one('2125', '园林绿化井盖', 'garden irrigation cover', 0.3, parks),
  one('2126', '化粪池井盖', 'septic-tank cover', 0.4, charge('housing', 'parks', 'parks')),
  one('2127', '不明井盖', 'unidentified cover', 0.15, charge('housing', 'housing', 'drainage')),
];

export const lightClass = one('0118', '路灯', 'streetlight', 0, charge('housing', 'lighting', 'lighting'));
export const cameraClass = one('0136', '监控电子眼', 'surveillance camera', 0, charge('police', 'police', 'information'));
export const postClass = one('2191', '校园报警柱', 'campus alarm post', 0, charge('education', 'education', 'police'));
export const gateClass = one('2192', '人脸识别闸机', 'face-recognition gate', 0, charge('education', 'education', 'information'));
export const schoolCameraClass: Class = { ...cameraClass, charge: charge('education', 'education', 'information') };

/** Hands out the component codes of a division: 6 digits of division, 4 of class, a sequence of 6 (domain.md 1.2). */
export function numbering(division: string): (of: Class) => { scheme: string; value: string } {
  const last = new Map<string, number>();
  return ({ scheme, code }) => {
    const sequence = (last.get(code) ?? 0) + 1;
    last.set(code, sequence);
    return { scheme, value: `${division}${code}${String(sequence).padStart(6, '0')}` };
  };
}
