import type { Progress } from '../../suites/campaign.ts';
import type { Programme } from '../../suites/programme.ts';

/** How long a run will still take at the rate so far, or by the clock that ends it; undefined when neither says. */
export function remainingMs(
  { runs, forMs }: Pick<Programme, 'runs' | 'forMs'>,
  { scenarios, elapsedMs }: Pick<Progress, 'scenarios' | 'elapsedMs'>,
): number | undefined {
  const byRate = scenarios === 0 ? Number.POSITIVE_INFINITY : ((runs - scenarios) * elapsedMs) / scenarios;
  const left = Math.min(byRate, Math.max(0, forMs - elapsedMs));
  return Number.isFinite(left) ? left : undefined;
}
