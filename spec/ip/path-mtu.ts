import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import type { Ipv4 } from '../wire/address.ts';
import { isWholeGre } from '../wire/gre.ts';
import { ICMP_DEST_UNREACH, ICMP_ECHO_REPLY, ICMP_FRAG_NEEDED, type IcmpMessage } from '../wire/icmp.ts';
import { type Ipv4Header, PROTOCOL_GRE, PROTOCOL_ICMP, PROTOCOL_UDP, parseIpv4Header } from '../wire/ipv4.ts';
import { isLocalAddress } from './fib.ts';
import { routeOutput } from './route.ts';
import type { WayOut } from './route-types.ts';
import type { PathMtu } from './types.ts';

/** net.ipv4.route.min_pmtu and mtu_expires (net/ipv4/route.c). */
const LEAST_BYTES = 552;
const LIFE_SECONDS = 600;

/** The largest packet that may go by a way; what is merely forwarded trusts the link alone (ip_dst_mtu_maybe_forward). */
export function mtuTowards(net: Net, way: WayOut, whose: 'own' | 'forwarded'): number {
  const known = pathMtu(net, way);
  return known && (whose === 'own' || known.locked) ? known.mtu : way.link.mtu;
}

/** What is known of a way: of each route's next hop apart (find_exception). */
export function pathMtu(net: Net, { fib, destination }: WayOut): PathMtu | undefined {
  const known = net.pathMtus.get(fib)?.get(destination);
  return known && net.jiffies <= known.expires ? known : undefined;
}

/**
 * A "fragmentation needed" that reached the director itself. It believes it if it is about an answer to a ping, for
 * those have no socket that could know better, or about a datagram or a packet of GRE, whoever sent it (net/ipv4/icmp.c,
 * icmp_err; udp.c, udp_err; ip_gre.c, gre_err; route.c, __ip_rt_update_pmtu).
 */
export function learnPathMtu(net: Net, { type, code, info, body }: IcmpMessage): void {
  if (type !== ICMP_DEST_UNREACH || code !== ICMP_FRAG_NEEDED) return;
  const headerBytes = (body[0] ?? 0) & 15 ? (body[0]! & 15) * 4 : 0;
  if (headerBytes < 20 || body.length < headerBytes + 8) return;
  const header = parseIpv4Header(body);
  if (!header) return;
  const isPong = header.protocol === PROTOCOL_ICMP && body[headerBytes] === ICMP_ECHO_REPLY;
  const isDatagram = header.protocol === PROTOCOL_UDP && net.kernel.has('udp-errors-tell-path-mtu');
  const isTunnel = header.protocol === PROTOCOL_GRE && isWholeGre(body.subarray(headerBytes));
  if (isPong || isDatagram || isTunnel) updatePmtu(net, header, info & 0xffff);
}

/** What is said of the way that a packet of the director's own took (route.c, ipv4_update_pmtu, __ip_rt_update_pmtu). */
export function updatePmtu(
  net: Net,
  { source, destination }: Pick<Ipv4Header, 'source' | 'destination'>,
  said: number,
): void {
  if (!isLocalAddress(net, source)) return;
  const route = routeOutput(net, destination, { source });
  if (route.kind !== 'unicast' || pathMtu(net, route)?.locked) return;
  const old = mtuTowards(net, route, 'own');
  if (old < said) return;
  const locked = said < LEAST_BYTES;
  const mtu = locked ? Math.min(old, LEAST_BYTES) : said;
  if (isYoung(net, route, mtu) && !locked) return;
  const known = net.pathMtus.get(route.fib) ?? new Map<Ipv4, PathMtu>();
  net.pathMtus.set(route.fib, known);
  known.set(destination, { mtu, locked, expires: net.jiffies + LIFE_SECONDS * net.kernel.hz });
  note(net, 'routing', 'ipv4_update_pmtu', '', () => `the way back takes ${mtu} bytes at most`);
}

/** The same, said less than half a life ago. */
function isYoung(net: Net, way: WayOut, mtu: number): boolean {
  const known = pathMtu(net, way);
  return known?.mtu === mtu && net.jiffies < known.expires - (LIFE_SECONDS / 2) * net.kernel.hz;
}

/** Which of the two a packet on its way out is: what came in by a device and was not made here is forwarded. */
export function wayOf(skb: Skb): 'own' | 'forwarded' {
  return skb.forwarded ? 'forwarded' : 'own';
}
