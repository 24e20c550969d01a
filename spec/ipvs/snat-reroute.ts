import { routeMeHarder } from '../netfilter/mangle.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Hook } from '../tables/hooks.ts';

/**
 * What a real server answers was routed with the real server as its source. With snat_reroute it goes where packets
 * of the virtual address go, if it goes out at all; false when those go nowhere
 * (net/netfilter/ipvs/ip_vs_core.c, ip_vs_route_me_harder).
 */
export function snatReroute(net: Net, skb: Skb, hook: Hook): boolean {
  if (sysctl(net, 'net.ipv4.vs.snat_reroute') === 0 || hook === 'NF_INET_LOCAL_IN') return true;
  return skb.toLocal || routeMeHarder(net, skb);
}
