// `npm run backup` and `npm run restore`: builds if needed, then becomes the program.
import { build } from './build.mjs';

await build();
await import('../dist/cloud/backup.js');
