import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Hook } from '../tables/hooks.ts';

/**
 * Whether conntrack finds a packet's checksum wrong (net/netfilter/utils.c, nf_checksum). It looks only where packets
 * arrive, and whoever looks later at one that was right takes its word.
 */
export function checksumFails(net: Net, skb: Skb, hook: Hook, isRight: () => boolean): boolean {
  if (hook !== 'NF_INET_PRE_ROUTING' || sysctl(net, 'net.netfilter.nf_conntrack_checksum') === 0)
    return false;
  skb.checksumValid = isRight();
  return !skb.checksumValid;
}
