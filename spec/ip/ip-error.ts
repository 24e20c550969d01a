import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, ICMP_NET_UNREACH, ICMP_PKT_FILTERED } from '../wire/icmp.ts';
import { icmpSend } from './icmp.ts';
import { peerOf } from './peer.ts';
import type { FibError } from './route-types.ts';

const CODES: Readonly<Record<FibError, number | undefined>> = {
  ENETUNREACH: ICMP_NET_UNREACH,
  EHOSTUNREACH: ICMP_HOST_UNREACH,
  EACCES: ICMP_PKT_FILTERED,
  EINVAL: undefined,
};

/** Seconds that an error costs, and for which somebody can save up (ip_rt_error_cost, ip_rt_error_burst). */
const COST_SECONDS = 1;
const BURST_SECONDS = 5;

/** Tells the sender of a packet that no route takes it, once a second, or five times at once (net/ipv4/route.c, ip_error). */
export function ipError(net: Net, skb: Skb, error: FibError): void {
  const code = CODES[error];
  if (sysctl(net, 'net.ipv4.ip_forward') === 0 || code === undefined) return;
  const { hz } = net.kernel;
  const peer = peerOf(net, skb.header.source);
  peer.tokens = Math.min(BURST_SECONDS * hz, peer.tokens + net.jiffies - peer.last);
  peer.last = net.jiffies;
  if (peer.tokens < COST_SECONDS * hz) return;
  peer.tokens -= COST_SECONDS * hz;
  icmpSend(net, skb, { type: ICMP_DEST_UNREACH, code, info: 0 });
}
