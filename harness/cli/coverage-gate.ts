import type { Run } from '../outcome.ts';
import { EXIT } from './exit-code.ts';

/** `--min-coverage N`: a run that compared less than N percent of the cells that can be reached has failed. */
export function coverageCode({ coverage }: Run, percent: number | undefined): number | undefined {
  if (percent === undefined) return undefined;
  const short = coverage.filter(({ summary: { reached, reachable } }) => 100 * reached < percent * reachable);
  for (const { director, summary } of short)
    console.error(
      `lvscheck: ${summary.reached} of ${summary.reachable} cells compared on ${director}: less than --min-coverage ${percent}`,
    );
  if (coverage.length === 0) console.error('lvscheck: --min-coverage: this run counts no coverage');
  return short.length > 0 || coverage.length === 0 ? EXIT.finding : undefined;
}
