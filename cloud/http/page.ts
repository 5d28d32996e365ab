/** The page: `/` for everyone, signed in or not, and the files that Vite has built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { notFound } from '../refusal.ts';

/** `pageDir`: Vite's output, with `index.html` and `assets/` (file names with hashes). */
export async function addPage(app: FastifyInstance, pageDir: string): Promise<void> {
  if (!existsSync(join(pageDir, 'index.html'))) {
    app.get('/', { config: { may: 'anyone' }, schema: { hide: true } }, (_request, reply) => reply.code(404).type('text/plain').send('The page is not built: npm run build'));
    return;
  }
  await app.register(fastifyStatic, { root: pageDir, serve: false, cacheControl: false, index: false, dotfiles: 'ignore' });
  app.get('/', { config: { may: 'anyone' }, schema: { hide: true } }, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html'));
  app.get<{ Params: { '*': string } }>('/*', { config: { may: 'anyone' }, schema: { hide: true } }, (request, reply) => {
    const file = request.params['*'];
    if (file.startsWith('api/') || !existsSync(join(pageDir, file))) throw notFound('page or route');
    return reply.header('cache-control', file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(file);
  });
}
