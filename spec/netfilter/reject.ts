import type { RejectType } from '../config/rules.ts';
import { attach } from '../conntrack/core.ts';
import { setClosing } from '../conntrack/tcp.ts';
import { icmpSend } from '../ip/icmp.ts';
import { ipLocalOut } from '../ip/output.ts';
import { routeOutput } from '../ip/route.ts';
import { resetFor } from '../ip/tcp.ts';
import { type Skb, tcpHeaderOf } from '../skb.ts';
import type { Net } from '../state.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HOST_ANO,
  ICMP_HOST_UNREACH,
  ICMP_NET_ANO,
  ICMP_NET_UNREACH,
  ICMP_PKT_FILTERED,
  ICMP_PORT_UNREACH,
  ICMP_PROT_UNREACH,
  icmpChecksumIsRight,
} from '../wire/icmp.ts';
import {
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_GRE,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../wire/ipv4.ts';
import { RST, tcpChecksumIsRight } from '../wire/tcp.ts';
import { udpChecksumIsRight, udpSumsUp } from '../wire/udp.ts';

/** net/ipv4/netfilter/ipt_REJECT.c, reject_tg */
const CODES: Readonly<Record<Exclude<RejectType, 'tcp-reset'>, number>> = {
  'icmp-net-unreachable': ICMP_NET_UNREACH,
  'icmp-host-unreachable': ICMP_HOST_UNREACH,
  'icmp-proto-unreachable': ICMP_PROT_UNREACH,
  'icmp-port-unreachable': ICMP_PORT_UNREACH,
  'icmp-net-prohibited': ICMP_NET_ANO,
  'icmp-host-prohibited': ICMP_HOST_ANO,
  'icmp-admin-prohibited': ICMP_PKT_FILTERED,
};

/** Answers a packet that a rule rejects; a packet with a wrong checksum gets no answer. */
export function reject(net: Net, skb: Skb, type: RejectType): void {
  if (skb.header.fragmentOffset !== 0) return;
  if (!skb.checksumValid && !checksumIsRight(net, skb)) return;
  if (type === 'tcp-reset') sendReset(net, skb);
  else icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: CODES[type], info: 0 });
}

/**
 * include/net/netfilter/nf_reject.h, nf_reject_verify_csum, where conntrack has not found it right. What is no protocol that the kernel knows to do otherwise is
 * taken to sum up as ICMP does: a packet within another hardly ever does so, and is rejected in silence.
 */
function checksumIsRight({ kernel }: Net, { header, payload }: Skb): boolean {
  switch (header.protocol) {
    case PROTOCOL_TCP:
      return tcpChecksumIsRight(payload, header.source, header.destination);
    case PROTOCOL_UDP:
      return (kernel.has('reject-udp-without-checksum') ? udpChecksumIsRight : udpSumsUp)(
        payload,
        header.source,
        header.destination,
      );
    case PROTOCOL_SCTP:
    case PROTOCOL_GRE:
    case PROTOCOL_AH:
    case PROTOCOL_ESP:
      return true;
    default:
      return icmpChecksumIsRight(payload) || isNothing(payload);
  }
}

/** The IP header is summed up too (nf_ip_checksum), and of one that is right a sum is left which nothing leaves as it is. */
function isNothing(payload: Uint8Array): boolean {
  return payload.every((byte) => byte === 0);
}

/** net/ipv4/netfilter/nf_reject_ipv4.c, nf_send_reset */
function sendReset(net: Net, skb: Skb): void {
  const header = tcpHeaderOf(skb);
  if (!header || (header.flags & RST) !== 0) return;
  const answer = resetFor(skb, header, 0);
  answer.checksumPartial = true;
  attach(answer, skb);
  if (skb.ct && net.kernel.has('reject-reset-closes-conntrack')) setClosing(net, skb.ct.entry);
  const { source, destination } = answer.header;
  ipLocalOut(net, answer, routeOutput(net, destination, { source, anySource: true }));
}
