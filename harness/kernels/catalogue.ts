import { MachineError } from '../errors.ts';
import type { CachedKernel } from './cached-kernels.ts';
import { compareVersions } from './debian-version.ts';
import { type NamedKernel, newestFirst, releaseOf, seriesOf } from './kernel-match.ts';
import { imagePackage } from './kernel-packages.ts';
import { kernelParts } from './kernel-parts.ts';
import type { OfferedPackage } from './offered-package.ts';

/** One kernel that can be had, or is there already. */
export interface ListedKernel extends NamedKernel {
  release: string;
  cached: boolean;
  /** Of all its packages; undefined when not all of them are in a list. */
  bytes: number | undefined;
  /** What is odd about it, or why it cannot be had; '' mostly. */
  remark: string;
}

/** A series and its kernels, newest first. */
export interface ListedSeries {
  series: string;
  kernels: ListedKernel[];
}

const identity = ({ name, version }: NamedKernel): string => `${name} ${version}`;

function partsOf(
  image: OfferedPackage,
  offered: readonly OfferedPackage[],
): Pick<ListedKernel, 'bytes' | 'remark'> {
  try {
    const { listed, unlisted } = kernelParts(image, offered);
    const bytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (unlisted.length === 0) return { bytes, remark: '' };
    const kinds = unlisted.map(({ name }) => name.split('-')[1]).join(' and ');
    return { bytes: undefined, remark: `package ${kinds} in no list, taken from the pool` };
  } catch (cause) {
    if (!(cause instanceof MachineError)) throw cause;
    return { bytes: undefined, remark: cause.message };
  }
}

/** Cached kernels that no list has, or that are of a flavour we would not choose. */
function alsoCached(cached: readonly CachedKernel[], offered: ReadonlySet<string>): ListedKernel[] {
  const others = cached.filter((kernel) => !offered.has(identity(kernel)));
  return others.map(({ name, version }) => ({
    ...{ name, version, release: releaseOf(name)!, cached: true },
    ...{ bytes: undefined, remark: '' },
  }));
}

/** Every kernel of the flavour we prefer, on offer or in the cache, by series; oldest series first. */
export function catalogue(
  offered: readonly OfferedPackage[],
  cached: readonly CachedKernel[],
): ListedSeries[] {
  const inCache = new Set(cached.map(identity));
  const images = newestFirst(offered.filter(({ name }) => imagePackage.test(name)));
  // A package that reached several suites is in several lists.
  const different = [...new Map(images.map((image) => [identity(image), image])).values()];
  const kernels = different.map((image): ListedKernel => {
    const { name, version } = image;
    const known = { name, version, release: releaseOf(name)!, cached: inCache.has(identity(image)) };
    return { ...known, ...partsOf(image, offered) };
  });
  kernels.push(...alsoCached(cached, new Set(different.map(identity))));
  const series = new Map<string, ListedKernel[]>();
  for (const kernel of kernels.sort((a, b) => compareVersions(b.version, a.version))) {
    const name = seriesOf(kernel.release);
    series.set(name, [...(series.get(name) ?? []), kernel]);
  }
  const sorted = [...series].sort(([a], [b]) => compareVersions(a, b));
  return sorted.map(([name, rows]) => ({ series: name, kernels: rows }));
}
