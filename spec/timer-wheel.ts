/**
 * The kernel's timer wheel (kernel/time/timer.c): nine levels of 64 slots, each level eight times coarser than the
 * one below. A timer runs at the end of its slot, so never early and late by up to one slot. That is why an IPVS
 * connection with 900 s to live stays visible for up to 16.4 s more, with `Expires` 0.
 */
const SLOTS = 64;
const LEVELS = 9;

/** Jiffies that a slot of each level is long (LVL_GRAN). */
const SLOT_JIFFIES = Array.from({ length: LEVELS }, (_, level) => 8 ** level);

/** Moments, in jiffies behind a slot's end, in each eighth of a slot of each of the first five levels. */
export const PHASES: readonly number[] = Array.from({ length: 8 }, (_, eighth) => eighth * 0o1111);

/** Jiffies from `now` on at which a level begins to be used (LVL_START). */
function levelStart(level: number): number {
  return (SLOTS - 1) * SLOT_JIFFIES[level - 1]!;
}

/** The level at which a timer waits that is set at `now` for `expires`. */
export function wheelLevel(now: number, expires: number): number {
  let level = 0;
  while (level < LEVELS - 1 && expires - now >= levelStart(level + 1)) level++;
  return level;
}

/** The jiffy in which a timer runs that is set at `now` for `expires` (calc_wheel_index). */
export function wheelExpiry(now: number, expires: number): number {
  const delta = expires - now;
  if (delta < 0) return now + 1;
  const slot = SLOT_JIFFIES[wheelLevel(now, expires)]!;
  return (Math.floor(expires / slot) + 1) * slot;
}
