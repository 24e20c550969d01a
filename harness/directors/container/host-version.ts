import { COMPARED_SERIES } from '../../../spec/tables/series.ts';
import { compareVersions } from '../../kernels/debian-version.ts';
import { seriesOf } from '../../kernels/kernel-match.ts';

/** Point releases in the words of distributions: behind "#1 SMP … Debian", or in their own signature. */
const PACKAGED = / Debian (\d\S*) \(/;

/**
 * The version by which a running kernel's changes are known. Its release says it, but where a distribution keeps
 * the same release over several point releases and tells them apart elsewhere.
 *
 * @param versionText what /proc/version says
 */
export function versionOf(release: string, versionText: string): string {
  return PACKAGED.exec(versionText)?.[1] ?? /^\d+(\.\d+)*/.exec(release)?.[0] ?? release;
}

/** What the model takes the kernel for, in a sentence for people. */
export function takenAs(release: string, version: string): string {
  const series = seriesOf(version);
  if (COMPARED_SERIES.some((known) => known === series))
    return `kernel ${release} is compared with the model as version ${version} of series ${series}`;
  const older = COMPARED_SERIES.filter((known) => compareVersions(known, series) < 0);
  const nearest = older.at(-1) ?? COMPARED_SERIES[0];
  return `no kernel of series ${series} was ever compared with the model: ${release} is taken for what mainline was at ${series}; the nearest series that is known is ${nearest}`;
}
