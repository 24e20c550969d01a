import { nfHook } from '../netfilter/hooks.ts';
import { length, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_TIME_EXCEEDED } from '../wire/icmp.ts';
import { changedHeader } from '../wire/ipv4.ts';
import { icmpSend } from './icmp.ts';
import { ipOutput } from './output.ts';
import { mtuTowards } from './path-mtu.ts';

/** Passes a packet on that is not for the director (net/ipv4/ip_forward.c, ip_forward). */
export function ipForward(net: Net, skb: Skb): void {
  if (skb.header.ttl <= 1) {
    icmpSend(net, skb, { type: ICMP_TIME_EXCEEDED, code: 0, info: 0 });
    return;
  }
  const mtu = mtuTowards(net, skb.way!, 'forwarded');
  skb.forwarded = true;
  if (exceeds(skb, mtu)) {
    icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code: ICMP_FRAG_NEEDED, info: mtu });
    return;
  }
  skb.header = changedHeader(skb.header, { ttl: skb.header.ttl - 1 });
  if (skb.way!.detour) net.parts.sendRedirect(net, skb);
  if (nfHook(net, 'NF_INET_FORWARD', skb)) ipOutput(net, skb);
}

/** ip_exceeds_mtu: what netfilter has put together may be as long as its fragments made it. */
function exceeds(skb: Skb, mtu: number): boolean {
  if (!skb.header.dontFragment || length(skb) <= mtu) return false;
  return !skb.ignoreDf || (skb.reassembled !== undefined && skb.reassembled.largest > mtu);
}
