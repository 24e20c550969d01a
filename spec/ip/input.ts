import type { LinkName } from '../config/topology.ts';
import { nfHook } from '../netfilter/hooks.ts';
import { ensureWritable, isFragment, localSkb, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { ETHERNET_HEADER_BYTES, ETHERTYPE_IPV4, isAddressedTo } from '../wire/ethernet.ts';
import { ICMP_DEST_UNREACH, ICMP_PROT_UNREACH } from '../wire/icmp.ts';
import { PROTOCOL_TCP, parseIpv4Packet } from '../wire/ipv4.ts';
import { TCP_HEADER_BYTES } from '../wire/tcp.ts';
import { ipForward } from './forward.ts';
import { icmpSend } from './icmp.ts';
import { LOOPBACK, routeInput, setRoute } from './route.ts';

/** A frame arrives (net/ipv4/ip_input.c, ip_rcv). What the director sends to itself meanwhile is received after it. */
export function receive(net: Net, linkName: LinkName, frame: Uint8Array): void {
  const link = net.config.topology.links.find(({ name }) => name === linkName)!;
  if (!isAddressedTo(frame, link.mac, ETHERTYPE_IPV4)) {
    return note(net, link.device, 'ip_rcv', '', () => 'not IPv4 for this host: dropped');
  }
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES);
  if (!packet) return note(net, link.device, 'ip_rcv', '', () => 'not a whole IPv4 packet: dropped');
  const skb = localSkb(packet.header, packet.payload);
  skb.inDevice = link.device;
  ipRcv(net, skb);
  receiveOwn(net);
}

/** What the director has sent to itself comes in by lo. */
export function receiveOwn(net: Net): void {
  for (let skb = net.loopback.shift(); skb; skb = net.loopback.shift()) {
    ipRcv(net, { ...skb, inDevice: LOOPBACK, outDevice: '', raw: false, reassembled: undefined });
  }
}

function ipRcv(net: Net, skb: Skb): void {
  if (!nfHook(net, 'NF_INET_PRE_ROUTING', skb)) return;
  if (skb.inDevice === LOOPBACK) return ipLocalDeliver(net, skb);
  lookForSocket(skb);
  const route = routeInput(net, skb, skb.inDevice);
  if (route.kind === 'none') {
    note(net, 'routing', 'ip_route_input', '', () => `${route.why}: dropped`);
    return route.error && net.parts.ipError(net, skb, route.error);
  }
  if (route.kind === 'local') return ipLocalDeliver(net, skb);
  note(net, 'routing', 'ip_route_input', '', () => `not for the director: forward by ${route.link.device}`);
  setRoute(skb, route);
  ipForward(net, skb);
}

/** Nobody listens here, but looking for who does brings a whole TCP header into one buffer (tcp_v4_early_demux). */
function lookForSocket(skb: Skb): void {
  const { header, payload, reassembled } = skb;
  if (reassembled && header.protocol === PROTOCOL_TCP && payload.length >= TCP_HEADER_BYTES)
    ensureWritable(skb, TCP_HEADER_BYTES);
}

function ipLocalDeliver(net: Net, skb: Skb): void {
  skb.toLocal = true;
  if (isFragment(skb) && !net.parts.ipDefrag(net, skb, 'LOCAL_DELIVER')) return;
  note(net, 'routing', 'ip_route_input', '', () => 'for the director itself');
  if (!nfHook(net, 'NF_INET_LOCAL_IN', skb)) return;
  const protocol = net.parts.inetProtocols[skb.header.protocol];
  if (protocol) protocol(net, skb);
  else icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_PROT_UNREACH, info: 0 });
}
