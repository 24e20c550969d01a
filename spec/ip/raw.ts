import { length, localSkb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { parseIpv4Packet } from '../wire/ipv4.ts';
import { receiveOwn } from './input.ts';
import { ipLocalOut, LOOPBACK_MTU } from './output.ts';
import { routeOutput } from './route.ts';
import type { WayOut } from './route-types.ts';

/**
 * A program on the director sends a packet whole, IP header included, through a raw socket that is bound to the
 * packet's source (net/ipv4/raw.c, raw_sendmsg, raw_send_hdrinc). The kernel numbers it where it has no number and
 * may be cut. What the program is told is not observed.
 */
export function rawSend(net: Net, packet: Uint8Array): void {
  const { header, payload } = parseIpv4Packet(packet)!;
  const skb = localSkb(header, payload, header.id === 0 && !header.dontFragment ? ['own-ip-id'] : []);
  skb.raw = true;
  const route = routeOutput(net, header.destination, { source: header.source });
  const room = net.parts.rawRoom(route.kind === 'unicast' ? route : undefined);
  if (length(skb) > room)
    return note(net, 'raw', 'raw_send_hdrinc', '', () => `over ${room} bytes: EMSGSIZE`);
  note(net, 'raw', 'raw_send_hdrinc', '', () => 'a program on the director sends it');
  ipLocalOut(net, skb, route);
  receiveOwn(net);
}

/** How many bytes a socket takes for that way, IP header included: what the device takes, whatever is known of the path. */
export function rawRoom(way: WayOut | undefined): number {
  return way?.link.mtu ?? LOOPBACK_MTU;
}
