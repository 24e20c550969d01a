import type { Net } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';
import { leastLoaded } from './least-loaded.ts';
import { overhead } from './overhead.ts';
import { isUsable } from './usable.ts';

/** What lblc and lblcr fall back to: weighted least connections (__ip_vs_lblc_schedule, __ip_vs_lblcr_schedule). */
export function leastConnections(net: Net, { dests }: IpVsService): IpVsDest | undefined {
  return leastLoaded(dests.filter(isUsable), (dest) => overhead(net, dest));
}

/**
 * Whether a dest has more active connections than weight while another has less than half of its own. Nothing to do
 * with thresholds (net/netfilter/ipvs/ip_vs_lblc.c, ip_vs_lblcr.c, is_overloaded).
 */
export function isBusyBesideIdle({ dests }: IpVsService, dest: IpVsDest): boolean {
  return dest.activeConns > dest.weight && dests.some((other) => other.activeConns * 2 < other.weight);
}
