import { icmpSend } from '../ip/icmp.ts';
import { ipOutput } from '../ip/output.ts';
import { mtuTowards, pathMtu } from '../ip/path-mtu.ts';
import { routeOutput } from '../ip/route.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { length, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_HOST_UNREACH, ICMP_TIME_EXCEEDED } from '../wire/icmp.ts';
import { PROTOCOL_ICMP } from '../wire/ipv4.ts';
import { isCut } from './ends.ts';
import { notrack, updateConntrack } from './nfct.ts';
import type { IpVsConn } from './types.ts';

/** Sends a client's packet to its real server (net/netfilter/ipvs/ip_vs_xmit.c). */
export function transmit(net: Net, skb: Skb, cp: IpVsConn): Verdict {
  if (!routeToDest(net, skb, cp)) return 'NF_STOLEN';
  if (cp.forward === 'masq') {
    // Without a whole header there is nothing to translate, and the packet is lost.
    if (isCut(net, skb)) return 'NF_STOLEN';
    translate(net, skb, cp);
  }
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'in');
  skb.ignoreDf = true;
  if (nfHook(net, 'NF_INET_LOCAL_OUT', skb)) ipOutput(net, skb);
  return 'NF_STOLEN';
}

/** __ip_vs_get_out_rt: the way to the real server, one hop of the packet's life spent. */
export function routeToDest(net: Net, skb: Skb, cp: IpVsConn): boolean {
  const route = routeOutput(net, cp.destAddress);
  if (route.kind !== 'unicast') {
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_HOST_UNREACH, info: 0 });
    return false;
  }
  cp.dest.route ??= findRoute(net, cp);
  const mtu = cp.dest.route.heedsPathMtu
    ? mtuTowards(net, route.link, cp.destAddress, 'own')
    : route.link.mtu;
  if (skb.header.ttl <= 1) {
    icmpSend(net, skb, { type: ICMP_TIME_EXCEEDED, code: 0, info: 0 });
    return false;
  }
  skb.header = { ...skb.header, ttl: skb.header.ttl - 1 };
  if (!fits(skb, mtu)) {
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_FRAG_NEEDED, info: mtu });
    return false;
  }
  skb.outDevice = route.link.device;
  skb.nextHop = nextHop(skb, cp, cp.dest.route);
  skb.toLocal = false;
  return true;
}

/** A route made for direct routing is nobody else's, so what is learned of the way later does not reach it. */
function findRoute(net: Net, cp: IpVsConn): NonNullable<IpVsConn['dest']['route']> {
  const knownNextHop = cp.forward === 'droute';
  return { knownNextHop, heedsPathMtu: !knownNextHop || pathMtu(net, cp.destAddress) !== undefined };
}

/** Or may be cut: ICMP errors are, whatever their DF says (ensure_mtu_is_adequate). */
function fits(skb: Skb, mtu: number): boolean {
  return length(skb) <= mtu || !skb.header.dontFragment || skb.header.protocol === PROTOCOL_ICMP;
}

/**
 * A route that was found for masquerading does not name the real server as its next hop. Direct routing over it,
 * after the dest was edited, looks for the virtual address on the real servers' side, where nobody has it.
 */
function nextHop(skb: Skb, cp: IpVsConn, route: NonNullable<IpVsConn['dest']['route']>): Ipv4 {
  return cp.forward === 'masq' || route.knownNextHop ? cp.destAddress : skb.header.destination;
}

/** ip_vs_nat_xmit: the real server's address and port in the place of the virtual ones. */
function translate(net: Net, skb: Skb, cp: IpVsConn): void {
  const from = { address: cp.virtual, port: cp.virtualPort };
  const to = { address: cp.destAddress, port: cp.destPort };
  skb.payload = net.parts.ipvsProtocols[cp.protocol]!.rewrite(skb, 'destination', from, to);
  skb.header = { ...skb.header, destination: cp.destAddress };
  note(net, 'ipvs', 'ip_vs_nat_xmit', '', () => 'the destination becomes the real server');
}

/** Every dest finds its route anew (rt_cache_flush; ip_vs_xmit.c, __ip_vs_dst_check). */
export function forgetRoutes({ ipvs }: Net): void {
  for (const { dests } of ipvs.services) for (const dest of dests) dest.route = undefined;
  for (const { dest } of ipvs.connections) dest.route = undefined;
}
