import { admin } from './zh/admin.ts';
import { cases } from './zh/case.ts';
import { centre } from './zh/centre.ts';
import { device } from './zh/device.ts';
import { frame } from './zh/frame.ts';
import { map } from './zh/map.ts';
import { school } from './zh/school.ts';
import { things } from './zh/things.ts';

/** Every word of the page in Chinese; its keys are the type of all keys. One file of words/zh and words/en for each part of the page. */
export const zh = { ...frame, ...things, ...centre, ...map, ...device, ...cases, ...admin, ...school };
