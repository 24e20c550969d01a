import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { readLists } from './apt-lists.ts';
import { machineConfiguration } from './apt-program.ts';
import { type AptSource, readAptSources } from './apt-sources.ts';
import type { Cache } from './cache.ts';
import { sha256, writeDurably } from './checksums.ts';
import { allSuites } from './debian-suites.ts';
import { download } from './kernel-download.ts';
import { offeredPackage } from './offered-package.ts';
import type { Offer, PackageSource } from './package-source.ts';
import { configurePrivately, requireSpace, updateLists } from './private-apt.ts';

const freshForMs = 24 * 3600 * 1000;

/** What is kept of the lists: they are 50 MB packed, this is the thousandth part that speaks of kernels. */
const offerFile = z.strictObject({
  madeAt: z.coerce.date(),
  /** Changes when the machine's sources, or the suites we look for, do. */
  sources: z.string(),
  absent: z.array(z.string()),
  failed: z.array(z.string()),
  packages: z.array(offeredPackage),
});
type OfferFile = z.infer<typeof offerFile>;

const folderName = 'apt';
const fileName = 'kernels.json';

const identityOf = (sources: readonly AptSource[]): string => sha256(JSON.stringify(sources));

function offerOf({ packages, madeAt, absent, failed }: OfferFile, trouble = failed.join('; ')): Offer {
  return { packages, madeAt, absent, trouble };
}

/** Package sources as the machine's administrator set them up, and all other suites of the same mirrors. */
export class MachinePackages implements PackageSource {
  readonly #cache: Cache;
  readonly #aptFolder: string | undefined;
  readonly download = download;

  /** `aptFolder` is where sources are set up: /etc/apt. */
  constructor(cache: Cache, aptFolder?: string) {
    this.#cache = cache;
    this.#aptFolder = aptFolder;
  }

  async own(): Promise<Offer['packages']> {
    return (await readLists(machineConfiguration)).packages;
  }

  async all(progress: Progress, refresh: 'daily' | 'now' = 'daily'): Promise<Offer> {
    const sources = allSuites(await readAptSources(this.#aptFolder));
    const since = refresh === 'now' ? Date.now() : Date.now() - freshForMs;
    const known = await this.#known();
    const usable = (file: OfferFile | undefined): file is OfferFile =>
      file !== undefined && file.sources === identityOf(sources) && file.madeAt.getTime() >= since;
    if (usable(known)) return offerOf(known);
    try {
      const made = await this.#cache.exclusively(folderName, progress, async (folder) => {
        // Another run may have fetched them while we waited for it.
        const other = await this.#known();
        return usable(other) ? other : this.#fetch(folder, sources, progress);
      });
      return offerOf(made);
    } catch (cause) {
      if (known === undefined || !(cause instanceof MachineError)) throw cause;
      return offerOf(known, `the lists could not be fetched anew: ${cause.message}`);
    }
  }

  async #known(): Promise<OfferFile | undefined> {
    try {
      const text = await readFile(join(this.#cache.root, folderName, fileName), 'utf8');
      return offerFile.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async #fetch(folder: string, sources: AptSource[], progress: Progress): Promise<OfferFile> {
    if (sources.length === 0)
      throw new MachineError('this machine has no package sources to fetch kernels from');
    await requireSpace(folder);
    progress('fetching the package lists of all suites');
    const configuration = await configurePrivately(folder, sources);
    const failed = await updateLists(configuration);
    progress('reading the package lists');
    const { packages, absent } = await readLists(configuration);
    if (packages.length === 0) throw new MachineError(`no package lists can be had (${failed.join('; ')})`);
    const made = { madeAt: new Date(), sources: identityOf(sources), absent, failed, packages };
    const path = join(folder, fileName);
    await writeDurably(`${path}.new`, JSON.stringify(made));
    await rename(`${path}.new`, path);
    return made;
  }
}
