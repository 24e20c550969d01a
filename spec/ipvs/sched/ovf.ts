import type { Scheduler } from '../../state.ts';
import { heaviest } from './fo.ts';
import { isUsable } from './usable.ts';

/**
 * Overflow: the heaviest dest until its active connections exceed its weight, then the next
 * (net/netfilter/ipvs/ip_vs_ovf.c). Full is more than the weight, so it takes one more than one might think.
 */
export const ovf: Scheduler = {
  init() {},

  schedule(_net, { dests }) {
    return heaviest(dests.filter((dest) => isUsable(dest) && dest.activeConns <= dest.weight));
  },
};
