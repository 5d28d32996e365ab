/** The door of the cases: people's work to put a thing right. */
export type { CaseAct } from './acting.ts';
export { Case, type CaseRecord, HistoryEntry, Photo, type PhotoRecord, Position, photoRoles, placedOf, shown, shownPhoto } from './case.ts';
export { CaseInput } from './reported.ts';
export { type Action, actions, isOpen, needs, openStages, type Stage, stages } from './steps.ts';
export { type CaseChange, type CaseFilter, Cases, type CasesDeps, type CaseWanted } from './store.ts';
