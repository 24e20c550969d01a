import type { Scheduler } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';

/** What weighted round robin remembers (struct ip_vs_wrr_mark). */
interface Mark {
  /** The dest chosen last; undefined is the list's head. */
  last: IpVsDest | undefined;
  /** A dest is chosen while its weight reaches this. */
  currentWeight: number;
  maxWeight: number;
  /** The weights' greatest common divisor, by which the current weight goes down. */
  step: number;
}

/** Weighted round robin (net/netfilter/ipvs/ip_vs_wrr.c): passes over the list with a falling threshold. */
export const wrr: Scheduler = {
  init(service) {
    const { maxWeight, step } = weights(service);
    service.schedData = { last: undefined, currentWeight: maxWeight, maxWeight, step } satisfies Mark;
  },

  schedule(_net, service) {
    const mark = service.schedData as Mark;
    if (mark.maxWeight === 0) return undefined;
    const { dests } = service;
    const from = mark.last ? dests.indexOf(mark.last) + 1 : 0;
    // The rest of this pass, then whole passes down to weight 1, and once more for those before the start.
    for (let at = from, passes = 0; passes <= mark.maxWeight / mark.step + 1; passes++, at = 0) {
      for (; at < dests.length; at++) {
        if (dests[at]!.weight >= mark.currentWeight) {
          mark.last = dests[at];
          return dests[at];
        }
      }
      mark.currentWeight -= mark.step;
      if (mark.currentWeight <= 0) mark.currentWeight = mark.maxWeight;
    }
    return undefined;
  },

  changed: recompute,
  removed: recompute,
};

/** ip_vs_wrr_dest_changed */
function recompute(service: IpVsService): void {
  const mark = service.schedData as Mark;
  const { maxWeight, step } = weights(service);
  Object.assign(mark, { last: undefined, maxWeight, step });
  if (mark.currentWeight > maxWeight || mark.currentWeight === 0) mark.currentWeight = maxWeight;
  else if (step > 1) mark.currentWeight = Math.floor(mark.currentWeight / step) * step + 1;
}

/** The kernel lowers the maximum by step - 1, so that the last pass is for weight 1. */
function weights({ dests }: IpVsService): { maxWeight: number; step: number } {
  const step = dests.reduce((divisor, { weight }) => gcd(weight, divisor), 0) || 1;
  const highest = dests.reduce((max, { weight }) => Math.max(max, weight), 0);
  return { maxWeight: highest - (step - 1), step };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
