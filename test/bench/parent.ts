/** Of each process here: what it is started with, and the wire to its parent, with which it ends. */
import { once } from 'node:events';

/** The parent's first message; from a shell the first argument, as JSON. */
export const options = async <T>(): Promise<T> => (process.channel ? (await once(process, 'message'))[0] : JSON.parse(process.argv[2] ?? '{}')) as T;

/** Without a parent that listens it is printed. */
export function tell(message: object): void {
  if (process.send) process.send(message);
  else console.log(JSON.stringify(message));
}

if (process.channel) process.once('disconnect', () => process.exit(0));
