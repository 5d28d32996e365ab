import { holdFolder } from '../devices/database/database.ts';
import { fatal, reasonOf } from '../devices/errors.ts';

/** Makes the data folder and holds it until the process ends. Throws a `fatal` error with one sentence where another process holds it, or where it cannot be written. */
export function holdDataFolder(folder: string): { release(): void } {
  try {
    return { release: holdFolder(folder) };
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY')
      throw fatal('data-folder-in-use', `The data folder "${folder}" (GW_DATA_DIR) is in use by another process; stop that one, or choose another folder.`, thrown);
    throw fatal('data-folder', `The data folder "${folder}" (GW_DATA_DIR) cannot be used: ${reasonOf(thrown)}.`, thrown);
  }
}
