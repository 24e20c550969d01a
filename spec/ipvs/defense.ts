import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';

/** Of so many packets one is dropped (am_droprate). */
const DROP_RATE = 10;

/**
 * Whether a packet that would be scheduled is dropped to save memory. Levels 1 and 2 do it when memory runs low,
 * which it does not here; level 3 does it always, and begins with the first (include/net/ip_vs.h, ip_vs_todrop;
 * net/netfilter/ipvs/ip_vs_ctl.c, update_defense_level).
 */
export function toDrop(net: Net): boolean {
  if (sysctl(net, 'net.ipv4.vs.drop_packet') !== 3) return false;
  net.ipvs.dropCounter -= 1;
  if (net.ipvs.dropCounter > 0) return false;
  net.ipvs.dropCounter = DROP_RATE;
  return true;
}
