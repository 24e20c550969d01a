import { isFragment, type Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';

/**
 * Connections have ports and lengths, which only whole packets show: fragments wait here until they are one
 * (net/ipv4/netfilter/nf_defrag_ipv4.c, ipv4_conntrack_defrag). What is not tracked may pass in pieces.
 */
export function conntrackDefrag(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.untracked || !isFragment(skb)) return 'NF_ACCEPT';
  const user = hook === 'NF_INET_PRE_ROUTING' ? 'CONNTRACK_IN' : 'CONNTRACK_OUT';
  if (!net.parts.ipDefrag(net, skb, user)) return 'NF_STOLEN';
  skb.ignoreDf = true;
  return 'NF_ACCEPT';
}
