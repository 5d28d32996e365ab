/** Notices that whoever started this process is gone, kill -9 included. */
import { readFileSync } from 'node:fs';
import { type Clock, every } from './clock.ts';

/** The parent of a process, where the system tells (Linux). */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // No such process, or a system without /proc: then only the own parent is watched.
    return null;
  }
}

/**
 * Calls `gone` once when npm, of which this is a child, has ended. npm may have a shell between itself and us, which outlives it; so the shell's parent
 * is watched too. A process that npm did not start is not watched. Returns what ends the watch.
 */
export function watchNpm(clock: Clock, env: NodeJS.ProcessEnv, gone: () => void): () => void {
  if (!env.npm_lifecycle_event) return () => {};
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const stop = every(clock, 500, () => {
    if (process.ppid === parent && parentOf(parent) === grandparent) return;
    stop();
    gone();
  });
  return stop;
}
