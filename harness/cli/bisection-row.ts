import { InputError } from '../errors.ts';
import { cachedKernels } from '../kernels/cached-kernels.ts';
import { catalogue, type ListedKernel } from '../kernels/catalogue.ts';
import { compareVersions } from '../kernels/debian-version.ts';
import { readyKernel, systemSource } from '../kernels/kernel.ts';
import { kernelsBetween } from '../kernels/kernels-between.ts';
import type { Progress } from '../system/progress.ts';

/** All kernels from the good one to the bad one, as `kernels list` has them, oldest first. */
export async function bisectionRow(
  { good, bad }: { readonly good: string; readonly bad: string },
  progress: Progress,
): Promise<ListedKernel[]> {
  const source = systemSource();
  const first = await endOfRow(good, progress);
  const last = await endOfRow(bad, progress);
  if (compareVersions(first.version, last.version) >= 0)
    throw new InputError(
      `--good ${good} is ${first.version} and --bad ${bad} is ${last.version}: the good one must be the older one`,
    );
  const { packages } = await source.packages.all(progress, 'daily');
  const listed = catalogue(packages, await cachedKernels(source.cache));
  return [first, ...kernelsBetween(listed, first.version, last.version), last];
}

async function endOfRow(text: string, progress: Progress): Promise<ListedKernel> {
  const { release, version } = await readyKernel(text, progress);
  return { name: `linux-image-${release}`, release, version, cached: true, bytes: undefined, remark: '' };
}
