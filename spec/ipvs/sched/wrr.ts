import type { Scheduler } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';
import { gcd } from './gcd.ts';
import { isUsable } from './usable.ts';

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
    const last = mark.last ? service.dests.indexOf(mark.last) : HEAD;
    for (const pass of passes(mark, last)) {
      for (let at = pass.after + 1; at < service.dests.length; at++) {
        const dest = service.dests[at]!;
        if (isUsable(dest) && dest.weight >= mark.currentWeight) {
          mark.last = dest;
          return dest;
        }
        if (at === pass.stop) return undefined;
      }
    }
    if (mark.maxWeight > 0) mark.last = undefined;
    return undefined;
  },

  changed: recompute,
  removed: recompute,
};

/** A walk over the list: behind which place it begins, and at which it ends early, if it does. */
interface Pass {
  readonly after: number;
  readonly stop: number | undefined;
}

/** Before the first dest. */
const HEAD = -1;

/**
 * The rest of this pass, then whole ones with a falling threshold, until a last one has asked every dest for the
 * least weight. The threshold stays where the search ended (ip_vs_wrr_schedule).
 */
function* passes(mark: Mark, last: number): Iterable<Pass> {
  if (mark.maxWeight === 0) return;
  let lastPass = false;
  let restarted = false;
  yield { after: last, stop: undefined };
  for (;;) {
    mark.currentWeight -= mark.step;
    if (mark.currentWeight <= 0) {
      mark.currentWeight = mark.maxWeight;
      if (lastPass || last === HEAD) return;
      restarted = true;
    }
    lastPass = mark.currentWeight <= mark.step;
    yield { after: HEAD, stop: lastPass && restarted && last !== HEAD ? last : undefined };
  }
}

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
