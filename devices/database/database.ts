/** The door of what a SQLite file needs so that damage on the disk is found and said, never taken for data. */
export { asideOf } from './aside.ts';
export { holdFolder } from './hold.ts';
export { readableRows } from './readable.ts';
export { completeReplacement, isDamage, replaceDamaged } from './replacement.ts';
export { brokenSeals, removeBroken, sealTables, useSeals, wholeRows } from './seals.ts';
export { structureFaults } from './structure.ts';
export { type LogDamage, mendLog } from './write-ahead-log.ts';
