import type { Generated } from 'kysely';

/** A case is one row: `body` holds it whole, the columns are what lists, scopes and checks go by. */
export interface CaseTable {
  /** In the order of opening. */
  n: Generated<number>;
  id: string;
  number: string;
  stage: string;
  department: string | null;
  device: string | null;
  category: string | null;
  grid: string | null;
  site: string | null;
  version: number;
  /** JSON of a `CaseRecord`. */
  body: string;
}

/** Every department that has or had the case. */
export interface CaseDepartmentTable {
  case_n: number;
  department: string;
}

/** What an alert wanted at a certain count, and the case that it got: the same may be asked again. */
export interface CaseAlertTable {
  alert: string;
  count: number;
  case_n: number;
}

/** Numbers given so far in a division on a day of its civil time. */
export interface CaseNumberTable {
  day: string;
  last: number;
}
