import type { Scheduler } from '../../state.ts';
import type { IpVsDest } from '../types.ts';
import { overhead } from './overhead.ts';
import { isUsable } from './usable.ts';

/** Least connections: the least busy dest, the first of equals (net/netfilter/ipvs/ip_vs_lc.c). */
export const lc: Scheduler = {
  init() {},

  schedule(net, { dests }) {
    return dests
      .filter(isUsable)
      .reduce<IpVsDest | undefined>(
        (least, dest) => (!least || overhead(net, dest) < overhead(net, least) ? dest : least),
        undefined,
      );
  },
};
