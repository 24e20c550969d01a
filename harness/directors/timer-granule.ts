/** A level of the kernel's timer wheel holds 64 buckets and is 8 times as coarse as the one below (kernel/time/timer.c). */
const LEVEL_REACH = 63;
const LEVEL_FACTOR = 8;

/**
 * How coarse, in jiffies, the timer wheel is for timeouts up to the given one. A timer set that far ahead
 * fires at a multiple of this, so scenarios that begin at a multiple of it behave alike in every run.
 */
export function timerGranule(timeoutSeconds: number, hz: number): number {
  let granule = 1;
  while (LEVEL_REACH * granule < timeoutSeconds * hz) granule *= LEVEL_FACTOR;
  return granule;
}
