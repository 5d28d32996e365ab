/** The page: `/` for everyone, signed in or not, and the files that Vite has built. */
import { statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { notFound } from '../refusal.ts';

/** `pageDir`: Vite's output, with `index.html` and `assets/` (file names with hashes). */
export async function addPage(app: FastifyInstance, pageDir: string): Promise<void> {
  const root = resolve(pageDir);
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile(join(root, 'index.html'))) {
    app.get('/', { config: { may: 'anyone' }, schema: { hide: true } }, (_request, reply) => reply.code(404).type('text/plain').send('The page is not built: npm run build'));
    return;
  }
  await app.register(fastifyStatic, { root, serve: false, cacheControl: false, index: false, dotfiles: 'ignore' });
  app.get('/', { config: { may: 'anyone' }, schema: { hide: true } }, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html'));
  app.get<{ Params: { '*': string } }>('/*', { config: { may: 'anyone' }, schema: { hide: true } }, (request, reply) => {
    const file = request.params['*'];
    const path = join(root, file);
    if (file.startsWith('api/') || !path.startsWith(root + sep) || !isFile(path)) throw notFound('page or route');
    return reply.header('cache-control', file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(file);
  });
}
