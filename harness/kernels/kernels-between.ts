import type { ListedKernel, ListedSeries } from './catalogue.ts';
import { compareVersions } from './debian-version.ts';

/** The kernels of a catalogue whose versions lie between two, oldest first; the two are not among them. */
export function kernelsBetween(
  catalogue: readonly ListedSeries[],
  older: string,
  newer: string,
): ListedKernel[] {
  return catalogue
    .flatMap(({ kernels }) => kernels)
    .filter(({ version }) => compareVersions(version, older) > 0 && compareVersions(version, newer) < 0)
    .sort((a, b) => compareVersions(a.version, b.version));
}
