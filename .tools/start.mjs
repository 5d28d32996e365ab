// `npm start`: builds if needed, then becomes the program: one process, so that a signal reaches it.
import { readFileSync } from 'node:fs';
import { build } from './build.mjs';

/** Whose child this is, and whose that one is: npm puts a shell between, which outlives it. */
function descent() {
  try {
    return `${process.ppid} ${readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ')[1].split(' ')[1]}`;
  } catch {
    // A system without /proc, or the parent is gone: then the parent's number tells.
    return String(process.ppid);
  }
}

const from = descent();
await build();
// Who started this may have been killed during the build; then nothing is started.
if (process.env.npm_lifecycle_event && descent() !== from) process.exit(0);
await import('../dist/simulators/demo.js');
