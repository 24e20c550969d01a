import type { Scheduler } from '../../state.ts';
import { overhead } from './overhead.ts';

/** Weighted least connections: the least load per weight, the first of equals (net/netfilter/ipvs/ip_vs_wlc.c). */
export const wlc: Scheduler = {
  init() {},

  schedule(net, { dests }) {
    const usable = dests.filter(({ weight }) => weight > 0);
    return usable.reduce(
      (least, dest) =>
        overhead(net, least) * dest.weight > overhead(net, dest) * least.weight ? dest : least,
      usable[0]!,
    );
  },
};
