import { InputError, MachineError } from '../errors.ts';
import { compareVersions } from './debian-version.ts';
import { matchKernel, newestFirst, releaseOf, seriesOf } from './kernel-match.ts';
import { defaultMetapackages, imagePackage } from './kernel-packages.ts';
import { allowedSpecs, type KernelSpec } from './kernel-spec.ts';
import type { OfferedPackage } from './offered-package.ts';

/** Follows metapackages down to the package that names a release. */
function imageBehind(name: string, offered: readonly OfferedPackage[]): OfferedPackage | undefined {
  const found = matchKernel({ kind: 'package', name }, offered);
  if (found === undefined || imagePackage.test(name)) return found;
  const next = found.depends.find((depend) => depend.startsWith('linux-image-'));
  return next === undefined ? undefined : imageBehind(next, offered);
}

/** The image package that is meant, of those on offer; undefined when none fits. */
export function chooseKernel(
  spec: KernelSpec,
  offered: readonly OfferedPackage[],
): OfferedPackage | undefined {
  if (spec.kind === 'package') return imageBehind(spec.name, offered);
  if (spec.kind !== 'default') return matchKernel(spec, offered);
  for (const name of defaultMetapackages) {
    const image = imageBehind(name, offered);
    if (image !== undefined) return image;
  }
  return undefined;
}

/** The newest image package of each series on offer, oldest series first. */
export function newestOfEachSeries<T extends { name: string; version: string }>(kernels: readonly T[]): T[] {
  const images = newestFirst(kernels.filter(({ name }) => imagePackage.test(name)));
  const newest = new Map<string, T>();
  for (const image of images) {
    const series = seriesOf(releaseOf(image.name)!);
    if (!newest.has(series)) newest.set(series, image);
  }
  return [...newest.values()].sort((a, b) => compareVersions(a.version, b.version));
}

/** Nothing on offer at all is the machine's fault, one kernel that is not is the user's. `trouble` is why the lists may lack it. */
export function notOffered(
  text: string | undefined,
  offered: readonly OfferedPackage[],
  trouble: string,
): Error {
  const why = trouble === '' ? '' : ` (${trouble})`;
  const newest = newestOfEachSeries(offered);
  if (text === undefined || newest.length === 0) {
    const tried = defaultMetapackages.join(', ');
    return new MachineError(
      `the package sources of this machine offer no kernel${why}; looked for ${tried}; check the network and apt's sources`,
    );
  }
  const series = newest.map(({ name }) => seriesOf(releaseOf(name)!)).join(', ');
  return new InputError(
    `kernel "${text}" is not offered by this machine's mirror${why}; it offers ${series}, and "lvscheck kernels list" shows all; allowed: ${allowedSpecs}`,
  );
}
