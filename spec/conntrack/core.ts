import type { Skb } from '../skb.ts';
import { tcpOf } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import { sysctl } from '../sysctl.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { icmpChecksumIsRight, isIcmpError } from '../wire/icmp.ts';
import { PROTOCOL_ICMP } from '../wire/ipv4.ts';
import { confirm, find, newEntry } from './table.ts';
import { trackTcp } from './tcp.ts';
import { invert, quotedTuple, tupleOf } from './tuple.ts';
import { type CtInfo, REPLY } from './types.ts';

/** The highest ICMP type that conntrack knows (NR_ICMP_TYPES). */
const HIGHEST_ICMP_TYPE = 18;

/** Finds or makes the entry that a packet belongs to (net/netfilter/nf_conntrack_core.c, nf_conntrack_in). */
export function conntrackIn(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.ct || skb.untracked) return 'NF_ACCEPT';
  if (skb.header.protocol === PROTOCOL_ICMP) relateError(net, skb, hook);
  else track(net, skb, hook);
  note(net, hook, 'nf_conntrack_in', 'NF_ACCEPT', () => `the packet is ${seenState(skb)}${describe(skb)}`);
  return 'NF_ACCEPT';
}

/** The end of the way: a new entry goes into the table (ipv4_confirm). */
export function conntrackConfirm(net: Net, skb: Skb, hook: Hook): Verdict {
  const fresh = skb.ct !== undefined && !skb.ct.entry.confirmed;
  if (confirm(net, skb)) {
    if (fresh) note(net, hook, 'nf_conntrack_confirm', 'NF_ACCEPT', () => 'the new entry enters the table');
    return 'NF_ACCEPT';
  }
  note(net, hook, 'nf_conntrack_confirm', 'NF_DROP', () => 'another entry has one of its tuples');
  return 'NF_DROP';
}

/** What `--ctstate` and `--state` compare (net/netfilter/xt_conntrack.c, conntrack_mt). */
export function seenState(skb: Skb): 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' {
  if (!skb.ct) return skb.untracked ? 'UNTRACKED' : 'INVALID';
  return skb.ct.info.replace('_REPLY', '') as 'NEW' | 'ESTABLISHED' | 'RELATED';
}

/** A packet that the director makes about another belongs to the other's entry (nf_conntrack_attach). */
export function attach(skb: Skb, about: Skb): void {
  if (!about.ct) return;
  const { entry, info } = about.ct;
  skb.ct = { entry, info: info.endsWith('_REPLY') ? 'RELATED' : 'RELATED_REPLY' };
}

function track(net: Net, skb: Skb, hook: Hook): void {
  const segment = tcpOf(skb);
  const tuple = tupleOf(skb);
  if (!segment || !tuple) return;
  for (;;) {
    const found = find(net, tuple) ?? { entry: newEntry(tuple), direction: 0 };
    const { entry } = found;
    let info: CtInfo = entry.seenReply ? 'ESTABLISHED' : 'NEW';
    if (found.direction === REPLY) info = 'ESTABLISHED_REPLY';
    const verdict = trackTcp(net, entry, skb, segment, info, hook);
    if (verdict === 'REPEAT') continue;
    if (verdict === 'INVALID') return;
    if (info === 'ESTABLISHED_REPLY') entry.seenReply = true;
    skb.ct = { entry, info };
    return;
  }
}

/** An ICMP error belongs to the conversation that it quotes (nf_conntrack_icmpv4_error, nf_conntrack_inet_error). */
function relateError(net: Net, skb: Skb, hook: Hook): void {
  const verify = hook === 'NF_INET_PRE_ROUTING' && sysctl(net, 'net.netfilter.nf_conntrack_checksum') !== 0;
  const type = skb.payload[0] ?? HIGHEST_ICMP_TYPE + 1;
  if ((verify && !icmpChecksumIsRight(skb.payload)) || type > HIGHEST_ICMP_TYPE || !isIcmpError(type)) return;
  const quoted = quotedTuple(skb);
  const found = quoted && find(net, invert(quoted));
  if (!found || found.entry.tuples[found.direction].dst !== skb.header.destination) return;
  skb.ct = { entry: found.entry, info: found.direction === REPLY ? 'RELATED_REPLY' : 'RELATED' };
}

function describe(skb: Skb): string {
  if (!skb.ct) return '';
  const { entry } = skb.ct;
  return `, its entry ${entry.tcp.state}${entry.assured ? ' [ASSURED]' : ''}${entry.seenReply ? '' : ' [UNREPLIED]'}`;
}
