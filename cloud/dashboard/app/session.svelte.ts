import { act, get, onSignedOut, Problem } from './api.ts';
import type { Me } from './shapes.ts';

/** Who is signed in. `expired`: the page stays as it is under a sign-in, so that nothing typed is lost. */
class Session {
  state = $state<'loading' | 'out' | 'in' | 'expired' | 'unreachable'>('loading');
  me = $state.raw<Me | null>(null);

  constructor() {
    onSignedOut(() => {
      if (this.state === 'in') this.state = 'expired';
    });
  }

  async load(): Promise<void> {
    try {
      this.me = await get<Me>('/api/session');
      this.state = 'in';
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.state = error.status === 401 ? 'out' : 'unreachable';
    }
  }

  /** Asks whether the session still holds; the answer 401 brings up the sign-in by itself. */
  async check(): Promise<void> {
    try {
      this.me = await get<Me>('/api/session');
    } catch (error) {
      // Unreachable or expired: the indicator and the overlay say so already.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** Throws a Problem: 401 wrong, 429 too many. Another person than before gets a fresh page. */
  async signIn(username: string, password: string): Promise<void> {
    const before = this.me?.username;
    await act('POST', '/api/session', { username, password });
    this.me = await get<Me>('/api/session');
    if (before !== undefined && before !== this.me.username) location.reload();
    this.state = 'in';
  }

  async signOut(): Promise<void> {
    await act('DELETE', '/api/session');
    this.leave();
  }
  /** Forgets everything that was loaded: nothing of one person is left for the next. */
  leave(): void {
    location.assign('/');
    location.reload();
  }
}
export const session = new Session();
