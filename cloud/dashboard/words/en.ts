import { admin } from './en/admin.ts';
import { cases } from './en/case.ts';
import { centre } from './en/centre.ts';
import { device } from './en/device.ts';
import { frame } from './en/frame.ts';
import { map } from './en/map.ts';
import { school } from './en/school.ts';
import { things } from './en/things.ts';
import type { Key } from './key.ts';

/** Every word of the page in English. */
export const en: Record<Key, string> = { ...frame, ...things, ...centre, ...map, ...device, ...cases, ...admin, ...school };
