/** One row: versions up to `reserved` may have been told to somebody and are never told again after a restart. */
export interface LiveVersionTable {
  one: number;
  reserved: number;
}
