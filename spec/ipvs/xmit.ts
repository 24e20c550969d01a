import { icmpSend } from '../ip/icmp.ts';
import { ipOutput } from '../ip/output.ts';
import { mtuTowards, pathMtu } from '../ip/path-mtu.ts';
import { isLoopback, type Route, routeOutput, setRoute, type Way } from '../ip/route.ts';
import type { WayOut } from '../ip/route-types.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { length, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_HOST_UNREACH, ICMP_TIME_EXCEEDED } from '../wire/icmp.ts';
import { changedHeader, PROTOCOL_ICMP, word } from '../wire/ipv4.ts';
import { appPacket } from './app.ts';
import { fillClientPort } from './conn.ts';
import { isCut } from './ends.ts';
import { notrack, updateConntrack } from './nfct.ts';
import { tunnelXmit } from './tunnel.ts';
import type { DestRoute, IpVsConn, IpVsDest } from './types.ts';

/** Sends a client's packet to its real server (net/netfilter/ipvs/ip_vs_xmit.c). */
export function transmit(net: Net, skb: Skb, cp: IpVsConn): Verdict {
  if (cp.forward === 'bypass') return bypassXmit(net, skb, cp);
  // ip_vs_nat_xmit alone; another method never learns the port.
  if (cp.forward === 'masq' && cp.noClientPort) fillClientPort(net, cp, word(skb.payload, 0));
  const way = routeToDest(net, skb, cp);
  if (!way) return 'NF_STOLEN';
  if (cp.forward === 'tunnel' && way.kind === 'unicast')
    return tunnelXmit(net, skb, cp, outerSource(net, cp.dest));
  if (cp.forward === 'masq') {
    // Without a whole header there is nothing to translate, and the packet is lost.
    if (isCut(net, skb)) return 'NF_STOLEN';
    if (cp.ftp && !appPacket(net, skb, cp, 'in')) return 'NF_STOLEN';
    translate(net, skb, cp);
  }
  return send(net, skb, cp, way);
}

/** ip_vs_bypass_xmit: by the way that the director's own packets take, if that leads out. */
function bypassXmit(net: Net, skb: Skb, cp: IpVsConn): Verdict {
  const way = routeOutput(net, skb.header.destination);
  if (way.kind === 'none') {
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_HOST_UNREACH, info: 0 });
    return 'NF_STOLEN';
  }
  if (way.kind === 'local' || !hasLife(net, skb) || !fits(net, skb, mtuTowards(net, way, 'own')))
    return 'NF_STOLEN';
  setRoute(skb, way);
  return send(net, skb, cp, way);
}

/**
 * What is ready for its real server leaves, or goes on to where it was going if that is the director itself
 * (ip_vs_nat_send_or_cont, ip_vs_send_or_cont).
 */
export function send(net: Net, skb: Skb, cp: IpVsConn, way: Way): Verdict {
  skb.ipvsProperty = true;
  if (!cp.nfct) notrack(skb);
  else updateConntrack(skb, cp, 'in');
  if (way.kind === 'local') return 'NF_ACCEPT';
  skb.ignoreDf = true;
  if (nfHook(net, 'NF_INET_LOCAL_OUT', skb)) ipOutput(net, skb);
  return 'NF_STOLEN';
}

/**
 * __ip_vs_get_out_rt: the way to the real server, undefined when there is none. It costs a packet a hop of its life,
 * unless the director is its own real server.
 */
export function routeToDest(net: Net, skb: Skb, cp: IpVsConn): Way | undefined {
  // The way is the dest's, wherever a data connection of FTP may really go.
  const way = routeOfDest(net, cp);
  if (way.kind === 'none') {
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_HOST_UNREACH, info: 0 });
    return undefined;
  }
  if (way.kind === 'local') return mayStay(net, skb, cp) ? way : undefined;
  const route = destRoute(net, cp, way);
  if (!hasLife(net, skb)) return undefined;
  if (!isAdequate(net, skb, cp)) return undefined;
  setRoute(skb, way);
  skb.nextHop = way.fib.gateway ?? nextHop(skb, cp, route);
  return way;
}

/** Takes a hop of a packet's life; false when that was its last, of which its sender is told (decrement_ttl). */
function hasLife(net: Net, skb: Skb): boolean {
  if (skb.header.ttl <= 1) {
    icmpSend(net, skb, { type: ICMP_TIME_EXCEEDED, code: 0, info: 0 });
    return false;
  }
  skb.header = changedHeader(skb.header, { ttl: skb.header.ttl - 1 });
  return true;
}

/**
 * The way to a dest is that of a packet of the director's own without a mark, and the source is chosen by it. That of
 * a tunnel's outer header is looked for again once it has that source (do_output_route4).
 */
function routeOfDest(net: Net, { dest, forward }: IpVsConn): Route {
  const way = routeOutput(net, dest.address);
  if (forward !== 'tunnel' || way.kind === 'none') return way;
  return routeOutput(net, dest.address, { source: outerSource(net, dest) });
}

/** Of a tunnel's outer header: that of the way that is found first, wherever the other leads (dst_saddr). */
function outerSource(net: Net, { address }: IpVsDest): Ipv4 {
  const way = routeOutput(net, address);
  return way.kind === 'unicast' ? way.link.address : address;
}

/**
 * Whether a packet may end here: not one that is merely forwarded, unless it is translated, nor one that comes from
 * outside to an address of lo (crosses_local_route_boundary, ip_vs_nat_xmit).
 */
function mayStay(net: Net, skb: Skb, { forward, dest }: IpVsConn): boolean {
  const crosses = forward === 'masq' ? skb.inDevice !== '' && isLoopback(dest.address) : !skb.toLocal;
  note(net, 'ipvs', '__ip_vs_get_out_rt', '', () =>
    crosses
      ? 'the director is the real server, but not for this packet: dropped'
      : 'the director is the real server',
  );
  return !crosses;
}

/**
 * The dest's route, found when it has none. One that was made for direct routing is nobody else's, so what is learned
 * of the way later does not reach it; any other is found anew then.
 */
function destRoute(net: Net, { dest, forward }: IpVsConn, way: WayOut): DestRoute {
  const knownNextHop = forward === 'droute' && way.fib.gateway === undefined;
  dest.route ??= { knownNextHop, learned: pathMtu(net, way) };
  if (!dest.route.knownNextHop) dest.route.learned ??= pathMtu(net, way);
  return dest.route;
}

/** dst_mtu of the dest's route. */
export function routeMtu(net: Net, cp: IpVsConn): number {
  const way = routeOfDest(net, cp);
  if (way.kind !== 'unicast') return 0;
  const { knownNextHop, learned } = cp.dest.route!;
  if (!learned) return way.link.mtu;
  if (!knownNextHop) return mtuTowards(net, way, 'own');
  return net.jiffies <= learned.expires ? learned.mtu : way.link.mtu;
}

/** No link may be smaller (RFC 791). */
const LEAST_MTU = 68;

/** Whether the packet fits, with what a tunnel adds, or may be cut; if not its sender is told (ensure_mtu_is_adequate). */
function isAdequate(net: Net, skb: Skb, cp: IpVsConn): boolean {
  const tunnelled = cp.forward === 'tunnel';
  const mtu = routeMtu(net, cp) - (tunnelled ? net.parts.tunnelBytes(cp.dest.encapsulation) : 0);
  if (tunnelled && mtu < LEAST_MTU) return false;
  if (tunnelled && sysctl(net, 'net.ipv4.vs.pmtu_disc') === 0) return true;
  return fits(net, skb, mtu);
}

function fits(net: Net, skb: Skb, mtu: number): boolean {
  // ICMP errors are cut, whatever their DF says.
  const { dontFragment, protocol } = skb.header;
  if (length(skb) <= mtu || !dontFragment || protocol === PROTOCOL_ICMP) return true;
  icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_FRAG_NEEDED, info: mtu });
  return false;
}

/**
 * A route that was found for masquerading does not name the real server as its next hop. Direct routing over it,
 * after the dest was edited, looks for the virtual address on the real servers' side, where nobody has it. One that
 * names it leads there, even what belongs to a data connection of FTP to another machine.
 */
function nextHop(skb: Skb, cp: IpVsConn, route: DestRoute): Ipv4 {
  if (cp.forward !== 'droute') return cp.destAddress;
  return route.knownNextHop ? cp.dest.address : skb.header.destination;
}

/** ip_vs_nat_xmit: the real server's address and port in the place of the virtual ones. */
function translate(net: Net, skb: Skb, cp: IpVsConn): void {
  const from = { address: cp.virtual, port: cp.virtualPort };
  const to = { address: cp.destAddress, port: cp.destPort };
  skb.payload = net.parts.ipvsProtocols[skb.header.protocol]!.rewrite(skb, 'destination', from, to);
  skb.header = changedHeader(skb.header, { destination: cp.destAddress });
  note(net, 'ipvs', 'ip_vs_nat_xmit', '', () => 'the destination becomes the real server');
}

/** Every dest finds its route anew (rt_cache_flush; ip_vs_xmit.c, __ip_vs_dst_check). */
export function forgetRoutes({ ipvs }: Net): void {
  for (const { dests } of ipvs.services) for (const dest of dests) dest.route = undefined;
  for (const { dest } of ipvs.connections) dest.route = undefined;
}
