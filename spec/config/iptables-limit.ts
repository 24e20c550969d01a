import { LIMIT_PERIODS, type Match } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** Averages are counted in ten-thousandths of a second (XT_LIMIT_SCALE): there is no faster rate. */
export const LIMIT_SCALE = 10_000;

type Limit = Extract<Match, { kind: 'limit' }>;

/** How long a packet takes on average. */
export function limitAverage({ packets, per }: Omit<Limit, 'burst'>): number {
  return Math.floor((LIMIT_SCALE * LIMIT_PERIODS[per]) / packets);
}

/** The kernel's counter has 32 bits (net/netfilter/xt_limit.c, limit_mt_check). */
export function checkLimit(limit: Limit, word: Word): void {
  const { packets, per, burst } = limit;
  if (limitAverage(limit) * burst < 2 ** 32) return;
  throw new TextError(word, `${burst} at once of ${packets}/${per} do not fit into the kernel's counter`, {
    hint: 'a smaller --limit-burst, or a faster --limit',
  });
}
