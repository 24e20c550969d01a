import { hint } from './address-text.ts';
import type { Reading } from './iptables-draft.ts';
import { LIMIT_SCALE } from './iptables-limit.ts';
import { matchOf } from './iptables-match-parse.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { LIMIT_PERIODS, type LimitPeriod, type Match } from './rules.ts';
import { TextError } from './text-error.ts';

/** The options of `-m limit`. */

type Limit = Extract<Match, { kind: 'limit' }>;

const PERIODS = Object.keys(LIMIT_PERIODS) as LimitPeriod[];

/** `3/minute`; a period may be cut short, and is a second when it is left out. */
export function readLimit(reading: Reading): void {
  const word = reading.value();
  const match = matchOf(reading, 'limit');
  const [count, period = 'second', ...more] = word.text.split('/');
  const per = PERIODS.find((name) => period !== '' && name.startsWith(period.toLowerCase()));
  if (!per || more.length > 0)
    throw new TextError(word, `"${word.text}" is no rate`, {
      allowed: `NUMBER/${PERIODS.join('|')}`,
      ...hint(didYouMean(period, PERIODS)),
    });
  const packets = parseNumber({ ...word, text: count! }, 'number of packets', {
    min: 1,
    max: LIMIT_SCALE * LIMIT_PERIODS[per],
  });
  match.value = { ...(match.value as Limit), packets, per };
}

export function readLimitBurst(reading: Reading): void {
  const word = reading.value();
  const match = matchOf(reading, 'limit');
  const burst = parseNumber(word, 'burst', { min: 1, max: 10_000 });
  match.value = { ...(match.value as Limit), burst };
}
