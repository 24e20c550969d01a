import { bytesOf, length, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { ICMP_DEST_UNREACH, ICMP_PORT_UNREACH } from '../wire/icmp.ts';
import { parseUdp, UDP_HEADER_BYTES, udpChecksumIsRight } from '../wire/udp.ts';
import { icmpSend } from './icmp.ts';

/** The director's own UDP, on which nobody listens (net/ipv4/udp.c, __udp4_lib_rcv). */
export function udpRcv(net: Net, skb: Skb): void {
  const datagram = parseUdp(skb.payload);
  const broken =
    !datagram ||
    datagram.length > skb.payload.length ||
    datagram.length < UDP_HEADER_BYTES ||
    !udpChecksumIsRight(skb.payload.subarray(0, datagram.length), skb.header.source, skb.header.destination);
  if (broken) return note(net, 'udp', 'udp_rcv', '', () => 'broken datagram: dropped');
  // What is behind the datagram was cut off, but its IP header still counts it.
  const quoted = bytesOf(skb).subarray(0, length(skb) - skb.payload.length + datagram.length);
  // The error finds the entry by what it quotes, not by the packet that it answers, tracked or not (nf_reset_ct).
  const about = { ...skb, ct: undefined, untracked: false };
  icmpSend(net, about, { type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, info: 0 }, quoted);
}
