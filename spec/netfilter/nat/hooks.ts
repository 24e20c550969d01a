import { kill } from '../../conntrack/table.ts';
import { directionOf, type NatManip, ORIGINAL, REPLY } from '../../conntrack/types.ts';
import type { Skb } from '../../skb.ts';
import type { Net, Verdict } from '../../state.ts';
import type { Hook } from '../../tables/hooks.ts';
import { note } from '../../trace-log.ts';
import { PROTOCOL_ICMP } from '../../wire/ipv4.ts';
import { iptDoTable } from '../iptables.ts';
import { routeMeHarder } from '../mangle.ts';
import { isDone, nullBinding } from './setup.ts';

/**
 * NAT at one of its hooks: the table decides about a connection once, with its first packet, and every packet is
 * translated as was decided (net/netfilter/nf_nat_proto.c, nf_nat_ipv4_fn). An ICMP error follows what it quotes.
 */
export function natHook(net: Net, skb: Skb, hook: Hook): Verdict {
  if (!skb.ct) return 'NF_ACCEPT';
  const manip = manipAt(hook);
  if (skb.header.protocol !== PROTOCOL_ICMP || !skb.ct.info.startsWith('RELATED'))
    return natConnection(net, skb, hook, manip);
  if (net.parts.natError(skb, manip)) return 'NF_ACCEPT';
  note(net, hook, 'nf_nat_icmp_reply_translation', 'NF_DROP', () => 'the error cannot be translated');
  return 'NF_DROP';
}

/** What leaves with another destination than it began with is routed anew, whoever changed it (nf_nat_ipv4_local_fn). */
export function natLocalOut(net: Net, skb: Skb, hook: Hook): Verdict {
  const verdict = natHook(net, skb, hook);
  if (verdict !== 'NF_ACCEPT' || !skb.ct) return verdict;
  const { tuples } = skb.ct.entry;
  const [there, back] = isReply(skb) ? [tuples[REPLY], tuples[ORIGINAL]] : tuples;
  if (there.dst === back.src) return verdict;
  return routeMeHarder(net, skb) ? 'NF_ACCEPT' : 'NF_DROP';
}

/** HOOK2MANIP */
function manipAt(hook: Hook): NatManip {
  return hook === 'NF_INET_POST_ROUTING' || hook === 'NF_INET_LOCAL_IN' ? 'SRC' : 'DST';
}

function isReply({ ct }: Skb): boolean {
  return directionOf(ct!.info) === REPLY;
}

/** nf_nat_core.c, nf_nat_inet_fn */
function natConnection(net: Net, skb: Skb, hook: Hook, manip: NatManip): Verdict {
  const { entry, info } = skb.ct!;
  const undecided = !info.startsWith('ESTABLISHED') && !isDone(entry, manip);
  if (undecided) {
    const verdict = iptDoTable(net, skb, hook, 'nat');
    if (verdict !== 'NF_ACCEPT') return verdict;
    if (!isDone(entry, manip)) nullBinding(net, entry, manip);
  } else if (leavesElsewhere(skb, hook)) {
    kill(net, entry);
    note(net, hook, 'nf_nat_oif_changed', 'NF_DROP', () => 'it was masqueraded for another device');
    return 'NF_DROP';
  }
  if (isTranslated(skb, manip)) {
    if (!net.parts.natPacket(skb, manip)) {
      note(net, hook, 'nf_nat_packet', 'NF_DROP', () => 'its header is cut or unknown: not translated');
      return 'NF_DROP';
    }
    note(
      net,
      hook,
      'nf_nat_packet',
      '',
      () => `its ${manip === 'SRC' ? 'source' : 'destination'} is translated`,
    );
  }
  return 'NF_ACCEPT';
}

/** Of a reply it is the other end that is translated. */
export function isTranslated({ ct }: Skb, manip: NatManip): boolean {
  const { entry, info } = ct!;
  const original = directionOf(info) === ORIGINAL;
  return entry.nat?.changed[original === (manip === 'SRC') ? 'SRC' : 'DST'] === true;
}

/** MASQUERADE took the address of the device that the first packet left by (nf_nat_oif_changed). */
function leavesElsewhere(skb: Skb, hook: Hook): boolean {
  const device = skb.ct!.entry.nat?.masqDevice;
  return device !== undefined && hook === 'NF_INET_POST_ROUTING' && !isReply(skb) && device !== skb.outDevice;
}
