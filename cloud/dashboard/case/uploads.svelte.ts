import { act } from '../app/api.ts';
import { explain } from '../app/explain.ts';
import { toasts } from '../app/toasts.svelte.ts';
import { t } from '../words/words.svelte.ts';

export type PhotoRole = 'before' | 'after' | 'other';
export interface Upload {
  key: number;
  role: PhotoRole;
  /** Object address of the file, for its small picture. */
  preview: string;
  failed: string | null;
}

/** Photos on their way to the cloud, one after the other. What failed stays with its file until it is tried again or dropped. */
export class Uploads {
  items = $state<Upload[]>([]);
  readonly #files = new Map<number, File>();
  readonly #case: () => string;
  /** Told after each photo that is in the cloud. */
  readonly #taken: () => void;
  #next = 1;
  #running = false;

  constructor(caseId: () => string, taken: () => void) {
    this.#case = caseId;
    this.#taken = taken;
  }

  add(file: File, role: PhotoRole): void {
    const key = this.#next++;
    const picture = file.type === '' || file.type.startsWith('image/');
    this.#files.set(key, file);
    this.items.push({ key, role, preview: picture ? URL.createObjectURL(file) : '', failed: picture ? null : t('case.notPicture') });
    void this.#run();
  }
  retry(key: number): void {
    const item = this.items.find((one) => one.key === key);
    if (item) item.failed = null;
    void this.#run();
  }
  drop(key: number): void {
    const item = this.items.find((one) => one.key === key);
    if (item) URL.revokeObjectURL(item.preview);
    this.#files.delete(key);
    this.items = this.items.filter((one) => one.key !== key);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let item = this.#waiting(); item; item = this.#waiting()) await this.#send(item);
    } finally {
      this.#running = false;
    }
  }
  #waiting(): Upload | undefined {
    return this.items.find((item) => item.failed === null);
  }
  async #send(item: Upload): Promise<void> {
    const file = this.#files.get(item.key) as File;
    const form = new FormData();
    form.set('role', item.role);
    form.set('file', file, file.name || 'photo.jpg');
    try {
      await act('POST', `/api/cases/${encodeURIComponent(this.#case())}/photos`, form);
    } catch (error) {
      item.failed = explain(error);
      return;
    }
    this.#taken();
    this.drop(item.key);
    toasts.say(t('case.photoAdded'));
  }
}
