/** What lay in the outbox of an agent that was killed: it is owed to the cloud from then on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export class OutboxLedger {
  /** Device → times of its readings. */
  readonly readings = new Map<string, Set<number>>();
  readonly events = new Set<string>();

  /** `folder`: the data folder of an agent that is gone. Nothing is owed where it was gone before its outbox was made. */
  read(folder: string): void {
    const file = join(folder, 'outbox.db');
    if (!existsSync(file)) return;
    const db = new Database(file);
    if (db.pragma('user_version', { simple: true }) === 0) return void db.close();
    for (const { device, body } of db.prepare('SELECT device, body FROM telemetry').all() as { device: string; body: string }[])
      this.readings.set(device, (this.readings.get(device) ?? new Set()).add(JSON.parse(body).ts));
    for (const { body } of db.prepare("SELECT body FROM urgent WHERE what = 'event'").all() as { body: string }[]) this.events.add(JSON.parse(body).id);
    db.close();
  }
}
