// Who started this process: npm may be killed over our heads while we build, and then nothing is to be started.
import { readFileSync } from 'node:fs';

/** Whose child this is, and whose that one is: npm puts a shell between, which outlives it. */
export function descent() {
  try {
    return `${process.ppid} ${readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ')[1].split(' ')[1]}`;
  } catch {
    // A system without /proc, or the parent is gone: then the parent's number tells.
    return String(process.ppid);
  }
}
