import { CHANGES, type Change } from '../../spec/tables/changes.ts';
import { COMPARED_SERIES } from '../../spec/tables/series.ts';

/** A release from which on kernels of its series may behave in another way than those before. */
export interface Release {
  readonly series: string;
  /** 6.1 for the first of a series, 6.1.183 for one that took a change in. */
  readonly version: string;
}

/** Oldest first. */
export const RELEASES: readonly Release[] = COMPARED_SERIES.flatMap((series) =>
  [series, ...turningPoints(series)].map((version) => ({ series, version })),
);

function turningPoints(series: string): string[] {
  const points = CHANGES.flatMap(({ stable }) => {
    const version = (stable as Change['stable'])[series];
    return version === undefined ? [] : [pointOf(version)];
  });
  return [...new Set(points)].sort((one, other) => one - other).map((point) => `${series}.${point}`);
}

function pointOf(version: string): number {
  return Number(version.split('.')[2] ?? 0);
}

/** Which releases those are, told in stretches: `5.10 to 6.1.182, 6.12`. */
export function stretches(isOne: (release: Release) => boolean): string {
  const told: string[] = [];
  for (let at = 0; at < RELEASES.length; at++) {
    if (!isOne(RELEASES[at]!)) continue;
    const first = RELEASES[at]!;
    while (at + 1 < RELEASES.length && isOne(RELEASES[at + 1]!)) at += 1;
    told.push(stretch(first, RELEASES[at]!, RELEASES[at + 1]));
  }
  return told.join(', ');
}

/** `next` is the first that is none of them any more. */
function stretch(first: Release, last: Release, next: Release | undefined): string {
  if (next?.series === last.series) {
    const end = `${last.series}.${pointOf(next.version) - 1}`;
    return first.version === end ? end : `${first.version} to ${end}`;
  }
  if (first.series !== last.series) return `${first.version} to ${last.series}`;
  return first.version === first.series ? first.series : `${first.version} and later of ${first.series}`;
}
