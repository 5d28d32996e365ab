/** The door of the cases: people's work to put a thing right. */
export { acted, type CaseAct } from './acting.ts';
export { Case, type CaseRecord, HistoryEntry, Photo, type PhotoRecord, Position, photoRoles, placedOf, shown } from './case.ts';
export { type Action, actions, isOpen, type Stage, stages } from './steps.ts';
