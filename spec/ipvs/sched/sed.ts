import type { Scheduler } from '../../state.ts';
import type { IpVsDest } from '../types.ts';
import { leastLoaded } from './least-loaded.ts';
import { isUsable } from './usable.ts';

/** Shortest expected delay: active connections only, the new one among them (net/netfilter/ipvs/ip_vs_sed.c). */
export const sed: Scheduler = {
  init() {},

  schedule(_net, { dests }) {
    return shortestDelay(dests.filter(isUsable));
  },
};

/** Also what nq does when nobody is idle (ip_vs_sed_dest_overhead, ip_vs_nq_dest_overhead). */
export function shortestDelay(usable: readonly IpVsDest[]): IpVsDest | undefined {
  return leastLoaded(usable, ({ activeConns }) => activeConns + 1);
}
