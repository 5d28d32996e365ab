/** Open pages: told how many, it says when all are let in, and counts what they hear. */
import { openPage } from '../page-socket.ts';
import { options, tell } from '../parent.ts';

const { url, cookies, pages, plain } = await options<{ url: string; cookies: string[]; pages: number; plain: boolean }>();
const heard = { open: 0, deltas: 0, bytes: 0 };
const atOnce = 50;
for (let i = 0; i < pages; i += atOnce)
  await Promise.all(Array.from({ length: Math.min(atOnce, pages - i) }, (_, k) => openPage(url, cookies[(i + k) % cookies.length] ?? '', plain, heard)));
process.on('message', () => tell(heard));
tell(heard);
