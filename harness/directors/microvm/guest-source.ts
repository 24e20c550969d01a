import { MachineError } from '../../errors.ts';
import type { Cache } from '../../kernels/cache.ts';
import { noteUse } from '../../kernels/cache-prune.ts';
import type { Progress } from '../../system/progress.ts';
import { Guest, type GuestOptions, type GuestSettings } from './guest.ts';
import { makeSnapshot, restoreSnapshot, snapshotEntry } from './snapshot.ts';

/** What a source is made of. */
export interface GuestOrigin {
  readonly settings: GuestSettings;
  /** Changes with everything that decides what a booted guest is. */
  readonly key: string;
  /** Makes ready what a boot needs; not called while there is a snapshot. */
  readonly bootable: () => Promise<GuestOptions>;
}

/** Where the guests of one kernel come from: the first one ever boots, and all others are copies of it. */
export class GuestSource {
  readonly #origin: GuestOrigin;
  readonly #cache: Cache;
  readonly #progress: Progress;
  #snapshot: Promise<string | undefined> | undefined;

  constructor(origin: GuestOrigin, cache: Cache, progress: Progress) {
    this.#origin = origin;
    this.#cache = cache;
    this.#progress = progress;
  }

  /**
   * What can be done before a guest is needed. The snapshot is checked once here, not at every use.
   *
   * @throws MachineError, InputError when there can be no guest
   */
  async prepare(): Promise<void> {
    this.#snapshot ??= this.#obtain();
    await this.#snapshot;
  }

  /** A new guest, in the state after boot. */
  async guest(): Promise<Guest> {
    await this.prepare();
    const folder = await this.#snapshot;
    const restored = folder === undefined ? undefined : await this.#restore(folder);
    return restored ?? Guest.boot(await this.#origin.bootable());
  }

  /** A cache that cannot be written is no reason not to play: every guest boots then. */
  async #obtain(): Promise<string | undefined> {
    const entry = snapshotEntry(this.#origin.key);
    const found = await this.#cache.find(entry);
    if (found !== undefined) return found;
    const options = await this.#origin.bootable();
    try {
      return await this.#cache.obtain(entry, (folder) => this.#make(options, folder), this.#progress);
    } catch (error) {
      return this.#goOnWithout(error, 'no snapshot is kept');
    }
  }

  #make(options: GuestOptions, folder: string): Promise<void> {
    this.#progress('booting the kernel once, to start from its snapshot from now on');
    return makeSnapshot(options, folder);
  }

  /** One that cannot be restored would not be the next time either, so it is made anew then. */
  async #restore(folder: string): Promise<Guest | undefined> {
    await noteUse(folder);
    try {
      return await restoreSnapshot(this.#origin.settings, folder);
    } catch (error) {
      this.#snapshot = Promise.resolve(this.#goOnWithout(error, 'booting instead'));
      await this.#cache.remove(snapshotEntry(this.#origin.key)).catch(() => {});
      return undefined;
    }
  }

  #goOnWithout(error: unknown, so: string): undefined {
    const { message, code } = error as NodeJS.ErrnoException;
    if (!(error instanceof MachineError) && code === undefined) throw error;
    this.#progress(`${message}; ${so}`);
    return undefined;
  }
}
