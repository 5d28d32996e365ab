/** Of each process here: what it was started with, and the wire to its parent, with which it ends. */

export const options = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

/** Without a parent that listens (from a shell) it is printed. */
export function tell(message: object): void {
  if (process.send) process.send(message);
  else console.log(JSON.stringify(message));
}

if (process.channel) process.once('disconnect', () => process.exit(0));
