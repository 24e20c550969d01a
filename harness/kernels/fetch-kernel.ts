import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../system/progress.ts';
import { checkBuild } from './build-signature.ts';
import type { Cache } from './cache.ts';
import { kernelEntry, packageKey } from './cached-kernels.ts';
import type { Download } from './kernel-download.ts';
import { modulesPackage } from './kernel-packages.ts';
import { kernelParts } from './kernel-parts.ts';
import type { OfferedPackage } from './offered-package.ts';
import type { PackageSource } from './package-source.ts';
import { unpackKernel } from './unpack.ts';

/** Where kernels come from and where they are kept; tests give their own. */
export interface KernelSource {
  packages: PackageSource;
  cache: Cache;
}

/**
 * Folder of this kernel in the cache; fetched and unpacked unless it is there. A download that was cut off
 * is continued by the next call, whatever process makes it.
 */
export async function fetchKernel(
  image: OfferedPackage,
  offered: readonly OfferedPackage[],
  { packages, cache }: KernelSource,
  progress: Progress,
): Promise<string> {
  const { listed, unlisted } = kernelParts(image, offered);
  const key = packageKey(image);
  const downloads = join(cache.root, 'downloads', key);
  const build = async (folder: string): Promise<void> => {
    await mkdir(downloads, { recursive: true });
    const files: string[] = [];
    for (const wanted of [...listed, ...unlisted] satisfies Download[]) {
      const path = join(downloads, `${wanted.name}.deb`);
      await packages.download(wanted, path, progress);
      files.push(path);
    }
    progress(`unpacking ${image.name}`);
    await unpackKernel(files, image.version, folder);
    if (unlisted.some(({ name }) => modulesPackage.test(name))) await checkBuild(folder, progress);
    await rm(downloads, { recursive: true });
  };
  return cache.obtain(kernelEntry(key), build, progress);
}
