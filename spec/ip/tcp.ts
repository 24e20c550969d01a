import { localSkb, type Skb, tcpOf } from '../skb.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { PROTOCOL_TCP, setWord } from '../wire/ipv4.ts';
import {
  ACK,
  FIN,
  printTcp,
  RST,
  SYN,
  type TcpHeader,
  tcpChecksum,
  tcpChecksumIsRight,
  tcpHeaderBytes,
} from '../wire/tcp.ts';
import { ipLocalOut } from './output.ts';

/** The bits of the type of service that speak of congestion. */
const ECN_MASK = 3;

/** The director's own TCP, on which nobody listens (net/ipv4/tcp_ipv4.c, tcp_v4_rcv). */
export function tcpV4Rcv(net: Net, skb: Skb): void {
  const segment = tcpOf(skb);
  if (!segment || !tcpChecksumIsRight(skb.payload, skb.header.source, skb.header.destination)) {
    return note(net, 'tcp', 'tcp_v4_rcv', '', () => 'broken segment: dropped');
  }
  if ((segment.header.flags & RST) !== 0) {
    return note(net, 'tcp', 'tcp_v4_rcv', '', () => 'no socket, and no reset for a reset: dropped');
  }
  note(net, 'tcp', 'tcp_v4_send_reset', '', () => 'no socket listens: answers with RST');
  ipLocalOut(net, resetFor(skb, segment.header, skb.header.tos & ~ECN_MASK));
}

/**
 * A RST from the one the segment was sent to (tcp_v4_send_reset; nf_reject_ip_tcphdr_put builds the same, but with a
 * type of service of its own).
 */
export function resetFor(skb: Skb, header: TcpHeader, tos: number): Skb {
  const acked = (header.flags & ACK) !== 0;
  const consumed =
    ((header.flags & SYN) !== 0 ? 1 : 0) +
    ((header.flags & FIN) !== 0 ? 1 : 0) +
    skb.payload.length -
    tcpHeaderBytes(skb.payload);
  const bytes = printTcp({
    header: {
      sourcePort: header.destinationPort,
      destinationPort: header.sourcePort,
      seq: acked ? header.ack : 0,
      ack: acked ? 0 : (header.seq + consumed) >>> 0,
      flags: acked ? RST : RST | ACK,
      window: 0,
      checksum: 0,
      urgent: 0,
      options: [],
    },
    payload: new Uint8Array(0),
  });
  setWord(bytes, 16, tcpChecksum(bytes, skb.header.destination, skb.header.source));
  return localSkb(
    {
      tos,
      id: 0,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl: 64,
      protocol: PROTOCOL_TCP,
      source: skb.header.destination,
      destination: skb.header.source,
      options: new Uint8Array(0),
    },
    bytes,
  );
}
