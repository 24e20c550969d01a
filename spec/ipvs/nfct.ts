import type { Skb } from '../skb.ts';
import type { IpVsConn } from './types.ts';

/** Takes a packet out of conntrack's sight; one that has no entry stays INVALID instead (include/net/ip_vs.h, ip_vs_notrack). */
export function notrack(skb: Skb): void {
  if (!skb.ct) return;
  skb.ct = undefined;
  skb.untracked = true;
}

/**
 * Teaches a new entry where its replies will come from, or go to (net/netfilter/ipvs/ip_vs_nfct.c,
 * ip_vs_update_conntrack). Only a masqueraded connection's packets change on their way, and one packet has no replies.
 */
export function updateConntrack(skb: Skb, cp: IpVsConn, way: 'in' | 'out'): void {
  if (!skb.ct || skb.ct.entry.confirmed || skb.ct.entry.dying || cp.forward !== 'masq') return;
  if (cp.onePacket) return;
  if (skb.ct.info.endsWith('_REPLY')) return;
  const { entry } = skb.ct;
  const [original, reply] = entry.tuples;
  entry.tuples =
    way === 'in'
      ? [original, { ...reply, src: cp.destAddress, sport: cp.destPort }]
      : [original, { ...reply, dst: cp.virtual, dport: cp.virtualPort }];
}

/** Whether the packet has an entry that outlived the connection it was for (ip_vs_conn_uses_old_conntrack). */
export function usesOldConntrack(skb: Skb): boolean {
  return skb.ct?.entry.confirmed === true;
}
