import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { ICMP_REDIR_HOST, ICMP_REDIRECT } from '../wire/icmp.ts';
import { icmpSend } from './icmp.ts';
import { peerOf } from './peer.ts';
import { deviceSysctl } from './route.ts';

/** After so many (ip_rt_redirect_number) somebody who does not listen is left alone. */
const MOST_TIMES = 9;

/**
 * Tells a neighbour that its packet's next hop is a neighbour of its own, ever less often while it takes no notice,
 * and after 20 quiet seconds as if for the first time (net/ipv4/route.c, ip_rt_send_redirect).
 */
export function sendRedirect(net: Net, skb: Skb): void {
  if (!deviceSysctl(net, 'send_redirects', skb.outDevice).some((value) => value !== 0)) return;
  const loadJiffies = Math.floor(net.kernel.hz / 50);
  const silenceJiffies = loadJiffies << (MOST_TIMES + 1);
  const { source } = skb.header;
  const told = peerOf(net, source);
  if (net.jiffies > told.last + silenceJiffies) told.redirects = 0;
  if (told.redirects >= MOST_TIMES) {
    told.last = net.jiffies;
    return;
  }
  if (told.redirects > 0 && net.jiffies <= told.last + (loadJiffies << told.redirects)) return;
  icmpSend(net, skb, { type: ICMP_REDIRECT, code: ICMP_REDIR_HOST, info: skb.nextHop });
  told.last = net.jiffies;
  told.redirects += 1;
}
