import type { Scheduler } from '../../state.ts';
import { shortestDelay } from './sed.ts';
import { isUsable } from './usable.ts';

/** Never queue: the first idle dest, however slow; else the shortest expected delay (net/netfilter/ipvs/ip_vs_nq.c). */
export const nq: Scheduler = {
  init() {},

  schedule(_net, { dests }) {
    const usable = dests.filter(isUsable);
    return usable.find(({ activeConns }) => activeConns === 0) ?? shortestDelay(usable);
  },
};
