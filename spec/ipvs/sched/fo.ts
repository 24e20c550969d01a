import type { Scheduler } from '../../state.ts';
import type { IpVsDest } from '../types.ts';
import { isUsable } from './usable.ts';

/** Weighted failover: everything to the heaviest dest (net/netfilter/ipvs/ip_vs_fo.c). */
export const fo: Scheduler = {
  init() {},

  schedule(_net, { dests }) {
    return heaviest(dests.filter(isUsable));
  },
};

/** The first of equals. */
export function heaviest(usable: readonly IpVsDest[]): IpVsDest | undefined {
  return usable.reduce<IpVsDest | undefined>(
    (most, dest) => (!most || dest.weight > most.weight ? dest : most),
    undefined,
  );
}
