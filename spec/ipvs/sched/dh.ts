import type { Scheduler } from '../../state.ts';
import { hash32 } from './hash32.ts';
import { isUsable } from './usable.ts';

const TABLE_BITS = 8;

/**
 * Destination hashing: the address that the client called names one of 256 buckets, and these name the dests in turn,
 * whatever they weigh (net/netfilter/ipvs/ip_vs_dh.c).
 */
export const dh: Scheduler = {
  init() {},

  schedule(_net, { dests }, { destination }) {
    const dest = dests[hash32(destination, TABLE_BITS) % dests.length];
    return dest && isUsable(dest) ? dest : undefined;
  },
};
