import type { Link } from '../config/topology.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { length, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { formatIpv4 } from '../wire/address.ts';
import { ETHERNET_HEADER_BYTES, ETHERTYPE_IPV4, emptyFrame } from '../wire/ethernet.ts';
import { writeIpv4Packet } from '../wire/ipv4.ts';
import { permanentNeighbour, resolve } from './neighbour.ts';
import { mtuTowards, wayOf } from './path-mtu.ts';
import { type Route, routeOutput, setRoute } from './route.ts';

/** Of lo (drivers/net/loopback.c, loopback_setup). */
export const LOOPBACK_MTU = 65536;

/** Sends a packet of the director's own by its way, through LOCAL_OUT (net/ipv4/ip_output.c, ip_local_out). */
export function ipLocalOut(net: Net, skb: Skb, route = ownRoute(net, skb)): void {
  if (route.kind === 'none')
    return note(net, 'routing', 'ip_route_output', '', () => `${route.why}: not sent`);
  setRoute(skb, route);
  if (nfHook(net, 'NF_INET_LOCAL_OUT', skb)) ipOutput(net, skb);
}

function ownRoute(net: Net, { header: { source, destination } }: Skb): Route {
  return routeOutput(net, destination, { source });
}

/** The last part of every packet's way out: POST_ROUTING, then the wire (ip_output, ip_finish_output2). */
export function ipOutput(net: Net, skb: Skb): void {
  if (!nfHook(net, 'NF_INET_POST_ROUTING', skb)) return;
  const link = skb.way?.link;
  const mtu = skb.way ? mtuTowards(net, skb.way, wayOf(skb)) : LOOPBACK_MTU;
  // What came in fragments leaves in fragments.
  if (length(skb) <= mtu && !skb.reassembled) return transmit(net, skb, link);
  if (mustStayWhole(skb, mtu)) return net.parts.fragNeeded(net, skb, mtu);
  for (const piece of net.parts.fragment(net, skb, mtu)) transmit(net, piece, link);
}

/** ip_fragment: DF counts, but for a packet that netfilter or IPVS has put together and whose fragments all fit. */
function mustStayWhole({ header, ignoreDf, reassembled }: Skb, mtu: number): boolean {
  return header.dontFragment && (!ignoreDf || (reassembled !== undefined && reassembled.largest > mtu));
}

function transmit(net: Net, skb: Skb, link: Link | undefined): void {
  if (!link) {
    net.loopback.push(skb);
    return;
  }
  const mac = permanentNeighbour(net, link, skb.nextHop);
  if (mac === undefined) return resolve(net, skb, link, (waiting) => net.parts.unreachable(net, waiting));
  const header = { destination: mac, source: link.mac, etherType: ETHERTYPE_IPV4 };
  note(net, 'dev_queue_xmit', link.device, '', () => `leaves for ${formatIpv4(skb.nextHop)}`);
  const frame = emptyFrame(header, length(skb));
  writeIpv4Packet(frame, ETHERNET_HEADER_BYTES, skb);
  net.emitted.push(
    skb.open.length > 0 ? { link: link.name, frame, open: skb.open } : { link: link.name, frame },
  );
}
