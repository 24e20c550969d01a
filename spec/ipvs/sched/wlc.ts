import type { Scheduler } from '../../state.ts';
import { leastLoaded } from './least-loaded.ts';
import { overhead } from './overhead.ts';
import { isUsable } from './usable.ts';

/** Weighted least connections (net/netfilter/ipvs/ip_vs_wlc.c). */
export const wlc: Scheduler = {
  init() {},

  schedule(net, { dests }) {
    return leastLoaded(dests.filter(isUsable), (dest) => overhead(net, dest));
  },
};
