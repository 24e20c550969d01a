import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import envPaths from 'env-paths';
import { lock } from 'proper-lockfile';
import { MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { cacheFailure } from './cache-failure.ts';
import { noteUse, prune } from './cache-prune.ts';
import { intact, seal, writeDurably } from './checksums.ts';
import { temporarySuffix } from './temporary-name.ts';

/** One thing the cache can hold: `kind`/`key` is its folder; `check` are the files verified at every use. */
export interface EntrySpec {
  kind: 'kernels' | 'guests' | 'agents' | 'snapshots';
  key: string;
  check: readonly string[];
}

/** A builder killed with -9 leaves its temporary folder; nobody builds for this long, so older ones are garbage. */
const abandonedAfterMs = 6 * 3600 * 1000;

/** How long to wait for another process that builds the same entry: a kernel download on a slow line. */
const lockWait = { retries: 3600, factor: 1, minTimeout: 200, maxTimeout: 1000 };

/**
 * Kernels, guest images and agents, kept between runs below one folder. An entry is a folder that is
 * filled under a temporary name, sealed with checksums, synced and renamed, so that another process
 * sees it whole or not at all. Reading needs no lock and works on a read-only disk.
 */
export class Cache {
  readonly root: string;
  constructor(root: string = envPaths('lvs-conformance', { suffix: '' }).cache) {
    this.root = root;
  }

  /** Folder of a complete entry whose checked files are as they were built; undefined otherwise. */
  async find(spec: EntrySpec): Promise<string | undefined> {
    const folder = this.#folder(spec);
    if (!(await intact(folder, spec.check))) return undefined;
    await noteUse(folder);
    return folder;
  }

  /** Folder of the entry; `build` fills an empty folder when there is none yet or the one there is damaged. */
  async obtain(
    spec: EntrySpec,
    build: (folder: string) => Promise<void>,
    progress: Progress,
  ): Promise<string> {
    const found = await this.find(spec);
    if (found !== undefined) return found;
    try {
      return await this.#locked(join(spec.kind, spec.key), progress, () => this.#replace(spec, build));
    } catch (cause) {
      throw cacheFailure(this.root, cause);
    }
  }

  /** Work on a folder of the cache that only one process at a time may do; gives it the folder, made if need be. */
  async exclusively<T>(name: string, progress: Progress, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.root, name);
    try {
      return await this.#locked(name, progress, async () => {
        await mkdir(folder, { recursive: true });
        return work(folder);
      });
    } catch (cause) {
      throw cacheFailure(this.root, cause);
    }
  }

  /** A short text remembered between runs, such as which kernel was taken by default. */
  async recall(name: string): Promise<string | undefined> {
    return readFile(join(this.root, 'notes', name), 'utf8').catch(() => undefined);
  }

  async remember(name: string, text: string): Promise<void> {
    const path = join(this.root, 'notes', name);
    const temporary = `${path}.${temporarySuffix()}`;
    try {
      await mkdir(join(this.root, 'notes'), { recursive: true });
      await writeDurably(temporary, text);
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw cacheFailure(this.root, cause);
    }
  }

  /** Forgets an entry, if it is there. */
  async remove(spec: EntrySpec): Promise<void> {
    await rm(this.#folder(spec), { recursive: true, force: true }).catch((cause: unknown) => {
      throw cacheFailure(this.root, cause);
    });
  }

  #folder(spec: EntrySpec): string {
    return join(this.root, spec.kind, spec.key);
  }

  async #locked<T>(name: string, progress: Progress, work: () => Promise<T>): Promise<T> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true });
    // A lock lost meanwhile (the machine slept) is no reason to fail: what matters is that the rename is atomic.
    const options = { realpath: false, stale: 10_000, onCompromised: () => {} };
    const release = await lock(path, options).catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ELOCKED') throw cause;
      progress(`waiting for another run that prepares ${basename(name)}`);
      return lock(path, { ...options, retries: lockWait });
    });
    try {
      return await work();
    } finally {
      await release().catch(() => {});
    }
  }

  async #replace(spec: EntrySpec, build: (folder: string) => Promise<void>): Promise<string> {
    const folder = this.#folder(spec);
    // Another process may have built it while we waited for the lock.
    if ((await this.find(spec)) !== undefined) return folder;
    await sweep(join(this.root, spec.kind), spec.key);
    const temporary = `${folder}.${temporarySuffix()}`;
    try {
      await mkdir(temporary);
      await build(temporary);
      await seal(temporary);
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
    }
    if ((await this.find(spec)) === undefined)
      throw new MachineError(`${folder} changed while it was written`);
    await prune(join(this.root, spec.kind), spec.kind);
    return folder;
  }
}

/** Removes what killed builders left behind: of `key`, whose lock we hold, at once; of others after hours. */
async function sweep(folder: string, key: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const modified = await stat(path).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    const abandoned = name.startsWith(`${key}.`) || Date.now() - modified > abandonedAfterMs;
    if (abandoned) await rm(path, { recursive: true, force: true });
  }
}
