import type { Language } from '../words/key.ts';

/** What a person chose on this seat; kept in the browser. */
interface Kept {
  language: Language;
  theme: 'dark' | 'light' | null;
  /** Sound is off until then, ms since 1970; 0: it is on. A mute ends by itself after 30 minutes. */
  mutedUntil: number;
  keys: boolean;
  layers: boolean;
}

const place = 'gridwarden.preferences';

function read(): Kept {
  const browserLanguage: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const fresh: Kept = { language: browserLanguage, theme: null, mutedUntil: 0, keys: true, layers: window.innerWidth >= 1280 };
  const text = localStorage.getItem(place);
  if (text === null) return fresh;
  try {
    return { ...fresh, ...(JSON.parse(text) as Partial<Kept>) };
  } catch (error) {
    // Someone else's text under our name: begin anew rather than show no page.
    console.warn('preferences unreadable, begun anew', error);
    return fresh;
  }
}

export const muteMs = 30 * 60_000;

class Preferences {
  #kept = $state<Kept>(read());
  /** Screens of a command centre begin dark, offices and phones as the system is set. */
  #wantsDark = $state(false);

  constructor() {
    this.#wantsDark = window.innerWidth >= 1280 || window.matchMedia('(prefers-color-scheme: dark)').matches;
  }

  get language(): Language {
    return this.#kept.language;
  }
  set language(language: Language) {
    this.#set({ language });
  }
  get theme(): 'dark' | 'light' {
    return this.#kept.theme ?? (this.#wantsDark ? 'dark' : 'light');
  }
  set theme(theme: 'dark' | 'light') {
    this.#set({ theme });
  }
  get mutedUntil(): number {
    return this.#kept.mutedUntil;
  }
  mute(now: number): void {
    this.#set({ mutedUntil: now + muteMs });
  }
  unmute(): void {
    this.#set({ mutedUntil: 0 });
  }
  get keys(): boolean {
    return this.#kept.keys;
  }
  set keys(keys: boolean) {
    this.#set({ keys });
  }
  get layers(): boolean {
    return this.#kept.layers;
  }
  set layers(layers: boolean) {
    this.#set({ layers });
  }

  #set(change: Partial<Kept>): void {
    Object.assign(this.#kept, change);
    localStorage.setItem(place, JSON.stringify(this.#kept));
  }
}
export const preferences = new Preferences();
