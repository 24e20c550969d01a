import type { Scheduler } from '../../state.ts';
import { overhead } from './overhead.ts';

/** Least connections: the lightest dest, the first of equals (net/netfilter/ipvs/ip_vs_lc.c). */
export const lc: Scheduler = {
  init() {},

  schedule(net, { dests }) {
    const usable = dests.filter(({ weight }) => weight > 0);
    return usable.reduce(
      (least, dest) => (overhead(net, dest) < overhead(net, least) ? dest : least),
      usable[0]!,
    );
  },
};
