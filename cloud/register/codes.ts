/** Classes, codes and addresses, checked per scheme (domain.md 1.2, 1.4). A class list is data of its scheme, never an enum here. */
import type { Fault } from '../refusal.ts';
import type { DeviceInput } from './device.ts';

interface SchemeRule {
  pattern: RegExp;
  allowed: string;
}

const local = /^local:[a-z0-9-]{1,32}$/;

/** Two digits of class (01 to 06, 21 is the local extension) and two of subclass. */
const gbClass: SchemeRule = { pattern: /^(0[1-6]|21)(0[1-9]|[1-9]\d)$/, allowed: 'four digits: class 01 to 06 or 21, subclass 01 to 99' };
const classSchemes: Record<string, SchemeRule> = {
  'gbt30428.2': gbClass,
  cjt553: { pattern: /^\d{6}$/, allowed: 'six digits' },
};
const codeSchemes: Record<string, SchemeRule> = {
  'gbt30428.2': { pattern: /^\d{6}(0[1-6]|21)(0[1-9]|[1-9]\d)\d{6}$/, allowed: '16 digits: 6 of the division, 4 of the class, 6 of the sequence' },
  cjt553: { pattern: /^\d{21}$/, allowed: '21 digits: 6 of the division, 6 of the class, 9 of your own' },
};
const addressSchemes: Record<string, SchemeRule> = {
  devEui: { pattern: /^[0-9a-f]{16}$/i, allowed: '16 hexadecimal digits' },
};

/** The wrong ones of a device's class, codes and addresses; `at` stands before each key (`[3].`). */
export function codeFaults(device: Pick<DeviceInput, 'class' | 'codes' | 'addresses'>, at: string): Fault[] {
  const faults: Fault[] = [];
  const check = (schemes: Record<string, SchemeRule>, known: string | null, scheme: string, value: string, key: string, part: 'code' | 'value') => {
    const rule = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    if (rule && !rule.pattern.test(value)) faults.push({ key: `${key}.${part}`, value, allowed: `${rule.allowed} (${scheme})` });
    if (!rule && known !== null && !local.test(scheme)) faults.push({ key: `${key}.scheme`, value: scheme, allowed: known });
    if (!rule && known === null && !/^[A-Za-z][A-Za-z0-9_-]*$/.test(scheme)) faults.push({ key: `${key}.scheme`, value: scheme, allowed: 'letters, digits, "_" or "-"' });
  };
  if (device.class) check(classSchemes, 'gbt30428.2, cjt553 or local:<name>', device.class.scheme, device.class.code, `${at}class`, 'code');
  for (const [i, { scheme, value }] of (device.codes ?? []).entries()) {
    check(codeSchemes, 'gbt30428.2, cjt553 or local:<name>', scheme, value, `${at}codes[${i}]`, 'value');
    if (scheme === 'gbt30428.2' && device.class?.scheme === 'gbt30428.2' && codeSchemes['gbt30428.2']?.pattern.test(value) && value.slice(6, 10) !== device.class.code)
      faults.push({ key: `${at}codes[${i}].value`, value, allowed: `digits 7 to 10 are the device's class, ${device.class.code}` });
  }
  const seen = new Set<string>();
  for (const [i, { scheme, value }] of (device.addresses ?? []).entries()) {
    check(addressSchemes, null, scheme, value, `${at}addresses[${i}]`, 'value');
    const key = `${scheme}\u0000${value.toLowerCase()}`;
    if (seen.has(key)) faults.push({ key: `${at}addresses[${i}].value`, value, allowed: 'each address once' });
    seen.add(key);
  }
  return faults;
}
