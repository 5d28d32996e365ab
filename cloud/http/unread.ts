/** Answers that nobody reads must not fill the memory: what one account has asked for and not read yet is bounded. */
import { finished } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../refusal.ts';

/** Smaller answers are not counted: the system takes them. */
const countedBytes = 64 << 10;
const mostUnreadBytes = 64 << 20;

export function addUnreadBound(app: FastifyInstance): void {
  const unread = new Map<string, number>();
  app.addHook('onSend', async (request, { raw }, payload) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    if (bytes < countedBytes) return;
    const account = request.viewer?.username ?? '';
    const before = unread.get(account) ?? 0;
    // One answer alone may be larger.
    if (before > 0 && before + bytes > mostUnreadBytes) throw new Refusal('too-many-attempts', 'Read the answers that you have asked for, then ask for more.', { retryAfter: 1 });
    unread.set(account, before + bytes);
    // Also where it has ended already.
    finished(raw, () => {
      const rest = (unread.get(account) ?? 0) - bytes;
      if (rest > 0) unread.set(account, rest);
      else unread.delete(account);
    });
  });
}
