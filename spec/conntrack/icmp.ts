import type { Skb } from '../skb.ts';
import type { Net, Tracked } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import { CONNTRACK_ICMP_REQUESTS } from '../tables/conntrack-icmp.ts';
import type { Hook } from '../tables/hooks.ts';
import { ICMP_HEADER_BYTES, icmpChecksumIsRight, isIcmpError } from '../wire/icmp.ts';
import { checksumFails } from './checksum.ts';
import { find, refresh } from './table.ts';
import { invert, quotedTuple } from './tuple.ts';
import { ORIGINAL, REPLY, type TrackVerdict } from './types.ts';

/** The highest ICMP type that conntrack knows (NR_ICMP_TYPES). */
const HIGHEST_ICMP_TYPE = 18;

/** Follows a query and its answers (net/netfilter/nf_conntrack_proto_icmp.c, nf_conntrack_icmp_packet). */
export function trackIcmp(net: Net, { entry }: Tracked): TrackVerdict {
  // An answer to what nobody asked begins nothing.
  if (!CONNTRACK_ICMP_REQUESTS.has(entry.tuples[ORIGINAL].dport >> 8)) return 'INVALID';
  refresh(net, entry, sysctl(net, 'net.netfilter.nf_conntrack_icmp_timeout') * net.kernel.hz);
  return 'ACCEPT';
}

/**
 * Whether conntrack is done with an ICMP message: a broken one is INVALID, an error belongs to the conversation
 * that it quotes or is INVALID (nf_conntrack_icmpv4_error, nf_conntrack_inet_error).
 */
export function settleIcmp(net: Net, skb: Skb, hook: Hook): boolean {
  if (skb.payload.length < ICMP_HEADER_BYTES) return true;
  if (checksumFails(net, skb, hook, () => icmpChecksumIsRight(skb.payload))) return true;
  const type = skb.payload[0]!;
  if (type > HIGHEST_ICMP_TYPE) return true;
  if (!isIcmpError(type)) return false;
  relate(net, skb);
  return true;
}

function relate(net: Net, skb: Skb): void {
  const quoted = quotedTuple(skb);
  // The quoted packet went the other way; the entry is found by what would answer it.
  const answer = quoted && invert(quoted);
  const found = answer && find(net, answer);
  // An error to somebody who is no party to the conversation is a forgery.
  if (!found || found.entry.tuples[found.direction].dst !== skb.header.destination) return;
  skb.ct = { entry: found.entry, info: found.direction === REPLY ? 'RELATED_REPLY' : 'RELATED' };
}
