import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';

const USERS: Partial<Record<Hook, 'VS_IN' | 'VS_FWD'>> = {
  NF_INET_LOCAL_IN: 'VS_IN',
  NF_INET_FORWARD: 'VS_FWD',
};

/**
 * IPVS needs whole packets to know their connection, also where nobody tracks them (net/netfilter/ipvs/ip_vs_core.c,
 * ip_vs_gather_frags). False: the packet waits for the rest, or is lost.
 */
export function gatherFrags(net: Net, skb: Skb, hook: Hook): boolean {
  return net.parts.ipDefrag(net, skb, USERS[hook] ?? 'VS_OUT');
}
