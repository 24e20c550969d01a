import { routeOutput, setRoute } from '../ip/route.ts';
import type { Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { iptDoTable } from './iptables.ts';

/**
 * The mangle table. What it changes of a packet that leaves may lead elsewhere, so the packet is routed anew
 * (net/ipv4/netfilter/iptable_mangle.c, ipt_mangle_out).
 */
export function mangleHook(net: Net, skb: Skb, hook: Hook): Verdict {
  const { mark, header } = skb;
  const verdict = iptDoTable(net, skb, hook, 'mangle');
  if (hook !== 'NF_INET_LOCAL_OUT' || verdict !== 'NF_ACCEPT') return verdict;
  if (skb.mark === mark && skb.header.tos === header.tos) return verdict;
  return routeMeHarder(net, skb) ? 'NF_ACCEPT' : 'NF_DROP';
}

/**
 * The way of a packet by its addresses and its mark, whoever sends it; false when there is none
 * (net/ipv4/netfilter.c, ip_route_me_harder). A directly routed packet is still addressed to the virtual address,
 * so it comes back to the director itself.
 */
export function routeMeHarder(net: Net, skb: Skb): boolean {
  const { mark, header } = skb;
  const route = routeOutput(net, header.destination, { source: header.source, mark, anySource: true });
  if (route.kind === 'none') return false;
  setRoute(skb, route);
  note(net, 'routing', 'ip_route_me_harder', '', () => `routed anew: leaves by ${skb.outDevice}`);
  return true;
}
