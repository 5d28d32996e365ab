/** The door of the photos: pictures from outside, kept as files that are named by what is in them. */
import type { Logger } from '../../devices/log.ts';
import { Turns } from '../turns.ts';
import { FileStore } from './files.ts';
import { readPicture } from './picture.ts';

export { maxUploadBytes } from './picture.ts';

/** A picture that is on disk. Names of files in the store; times in ms since 1970 UTC, places in WGS-84. */
export interface KeptPicture {
  /** The whole picture and its thumbnail, both JPEG. */
  file: string;
  thumb: string;
  width: number;
  height: number;
  /** Of the whole picture. */
  bytes: number;
  sha256: string;
  /** What the camera wrote into it; null where it did not, or not well. */
  takenAt: number | null;
  position: { lon: number; lat: number } | null;
}

export interface PhotosOptions {
  /** Folder of the files; made where it is not there. */
  dir: string;
  /** `GW_TIMEZONE`: what a camera's clock without an offset is read in. */
  timezone: string;
  log: Logger;
}

export class Photos {
  readonly #options: PhotosOptions;
  readonly #files: FileStore;
  /** Pictures are unfolded one at a time: a large one takes some hundred MB for a moment. */
  readonly #unfolding = new Turns(1);
  /** And read one at a time: a thousand that are asked for at once are never all in memory. */
  readonly #reading = new Turns(1);

  constructor(options: PhotosOptions) {
    this.#options = options;
    this.#files = new FileStore(options.dir);
  }

  async start(): Promise<void> {
    await this.#files.start();
  }

  /** Resolves when both files are on disk. The same picture twice is one file. Throws refusals (413, 415), and a `retry` error when the disk refuses. */
  async keep(bytes: Uint8Array): Promise<KeptPicture> {
    const picture = await this.#unfolding.take('', () => readPicture(bytes, this.#options.timezone));
    const file = await this.#files.put(picture.jpeg);
    const thumb = await this.#files.put(picture.thumb);
    return {
      file: file.name,
      thumb: thumb.name,
      width: picture.width,
      height: picture.height,
      bytes: picture.jpeg.length,
      sha256: file.sha256,
      takenAt: picture.takenAt,
      position: picture.position,
    };
  }

  /** The bytes of a file of the store, compared with its name: a damaged one is told and throws, it is never shown. */
  async read(name: string): Promise<Buffer> {
    try {
      return await this.#reading.take('', () => this.#files.read(name));
    } catch (error) {
      this.#options.log.error({ err: error, file: name }, 'a photo cannot be shown');
      throw error;
    }
  }
}
