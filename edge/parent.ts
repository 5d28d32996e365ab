/** Who started this process, and whether they are still there: under npm that is a shell, and npm above it, which may be killed over our heads. */
import { readFileSync } from 'node:fs';

/** The parent's pid and, where the system tells it, that one's parent's: it changes when either has died. */
export function descent(): string {
  const { ppid } = process;
  try {
    const stat = readFileSync(`/proc/${ppid}/stat`, 'utf8');
    // pid (name) state ppid …; the name may hold anything.
    return `${ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return String(ppid);
    throw error;
  }
}
