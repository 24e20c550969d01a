import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';

/**
 * Whether a packet is dropped that would be scheduled, to save memory: one of `am_droprate`. Levels 1 and 2 do it when
 * memory runs low, which it does not here; level 3 does it always, and begins with the first (include/net/ip_vs.h,
 * ip_vs_todrop; net/netfilter/ipvs/ip_vs_ctl.c, update_defense_level).
 */
export function toDrop(net: Net): boolean {
  const rate = sysctl(net, 'net.ipv4.vs.am_droprate');
  if (sysctl(net, 'net.ipv4.vs.drop_packet') !== 3 || rate === 0) return false;
  net.ipvs.dropCounter -= 1;
  if (net.ipvs.dropCounter > 0) return false;
  net.ipvs.dropCounter = rate;
  return true;
}
