import { LIMIT_SCALE, limitAverage } from '../config/iptables-limit.ts';
import type { Match } from '../config/rules.ts';
import type { Clock, LimitState } from './types.ts';

/** net/netfilter/xt_limit.c: credits come with each jiffy, and each packet that may pass costs some. All numbers have 32 bits. */

/** CREDITS_PER_JIFFY: the largest power of two that does not overflow in a day. */
function creditsPerJiffy(hz: number): number {
  return 2 ** Math.floor(Math.log2(0xffffffff / (hz * 60 * 60 * 24)));
}

/** user2credits */
function credits(user: number, hz: number): number {
  const perSecond = hz * creditsPerJiffy(hz);
  const precise = user <= Math.floor(0xffffffff / perSecond);
  return (
    (precise ? Math.floor((user * perSecond) / LIMIT_SCALE) : Math.floor(user / LIMIT_SCALE) * perSecond) >>>
    0
  );
}

type Limit = Extract<Match, { kind: 'limit' }>;

/** A rule that was just loaded may let its whole burst pass (limit_mt_check). */
export function fullCredit({ kernel, jiffies }: Clock, limit: Limit): LimitState {
  return { credit: credits(limitAverage(limit) * limit.burst, kernel.hz), last: jiffies };
}

/** limit_mt */
export function limitMatches({ kernel: { hz }, jiffies }: Clock, limit: Limit, state: LimitState): boolean {
  const average = limitAverage(limit);
  const earned = ((jiffies - state.last) * creditsPerJiffy(hz)) % 2 ** 32;
  const credit = Math.min((state.credit + earned) >>> 0, credits(average * limit.burst, hz));
  const cost = credits(average, hz);
  const passes = credit >= cost;
  state.last = jiffies;
  state.credit = passes ? credit - cost : credit;
  return passes;
}
