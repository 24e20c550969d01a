import { LOOPBACK } from '../ip/route.ts';
import type { Skb } from '../skb.ts';
import type { Net, Verdict } from '../state.ts';
import type { Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP } from '../wire/ipv4.ts';
import { newFtpHelp } from './ftp.ts';
import { trackGeneric } from './generic.ts';
import { settleIcmp } from './icmp.ts';
import { confirm, find, newEntry } from './table.ts';
import { tupleOf } from './tuple.ts';
import {
  type CtInfo,
  type Direction,
  directionOf,
  type NfConn,
  ORIGINAL,
  REPLY,
  type Tuple,
} from './types.ts';

/** Finds or makes the entry that a packet belongs to (net/netfilter/nf_conntrack_core.c, nf_conntrack_in). */
export function conntrackIn(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.ct || skb.untracked) return 'NF_ACCEPT';
  const { template } = skb;
  skb.template = undefined;
  const settled = skb.header.protocol === PROTOCOL_ICMP && settleIcmp(net, skb, hook);
  if (!settled) track(net, skb, hook, template);
  note(net, hook, 'nf_conntrack_in', 'NF_ACCEPT', () => `the packet is ${seenState(skb)}${describe(skb)}`);
  return 'NF_ACCEPT';
}

/**
 * The end of the way: what reads along has its say, numbers are brought into step, and a new entry goes into the table
 * (ipv4_confirm, nf_confirm).
 */
export function conntrackConfirm(net: Net, skb: Skb, hook: Hook): Verdict {
  if (skb.ct && skb.ct.info !== 'RELATED_REPLY') {
    const { entry, info } = skb.ct;
    if (entry.helper && !net.parts.ftpHelp(net, skb, entry)) return 'NF_DROP';
    const direction = directionOf(info);
    const fromMyself = hook === 'NF_INET_LOCAL_IN' && skb.inDevice === LOOPBACK;
    if (entry.adjusted && !fromMyself && !net.parts.seqAdjust(net, skb, entry, direction)) return 'NF_DROP';
  }
  const fresh = skb.ct !== undefined && !skb.ct.entry.confirmed;
  if (confirm(net, skb)) {
    if (fresh) note(net, hook, 'nf_conntrack_confirm', 'NF_ACCEPT', () => 'the entry is in the table');
    return 'NF_ACCEPT';
  }
  note(net, hook, 'nf_conntrack_confirm', 'NF_DROP', () => 'another entry has one of its tuples');
  return 'NF_DROP';
}

/** What `--ctstate` and `--state` compare (net/netfilter/xt_conntrack.c, conntrack_mt). */
export function seenState(skb: Skb): 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' {
  if (skb.template) return 'NEW';
  if (!skb.ct) return skb.untracked ? 'UNTRACKED' : 'INVALID';
  return SEEN[skb.ct.info];
}

/** A packet's state says nothing of its direction. */
const SEEN = {
  NEW: 'NEW',
  ESTABLISHED: 'ESTABLISHED',
  ESTABLISHED_REPLY: 'ESTABLISHED',
  RELATED: 'RELATED',
  RELATED_REPLY: 'RELATED',
} as const;

/** A packet that the director makes about another belongs to the other's entry (nf_conntrack_attach). */
export function attach(skb: Skb, about: Skb): void {
  if (about.untracked) skb.attached = true;
  if (!about.ct) return;
  const { entry, info } = about.ct;
  skb.ct = { entry, info: directionOf(info) === REPLY ? 'RELATED' : 'RELATED_REPLY' };
}

function track(net: Net, skb: Skb, hook: Hook, template: Skb['template']): void {
  const tuple = tupleOf(skb);
  if (!tuple) return;
  const tracker = net.parts.conntrackProtocols[skb.header.protocol] ?? trackGeneric;
  for (;;) {
    const found = find(net, tuple) ?? begun(net, tuple, skb, template);
    if (!found) return;
    const { entry } = found;
    let info: CtInfo = entry.seenReply ? 'ESTABLISHED' : entry.master ? 'RELATED' : 'NEW';
    if (found.direction === REPLY) info = 'ESTABLISHED_REPLY';
    const verdict = tracker(net, { entry, skb, info, hook });
    if (verdict === 'REPEAT') continue;
    if (verdict === 'INVALID') return;
    if (info === 'ESTABLISHED_REPLY') entry.seenReply = true;
    skb.ct = { entry, info };
    return;
  }
}

/** An entry for a first packet: one that was announced has a master, others the helper that a rule names (init_conntrack). */
function begun(
  net: Net,
  tuple: Tuple,
  { open }: Skb,
  template: Skb['template'],
): { entry: NfConn; direction: Direction } | undefined {
  const entry = newEntry(tuple, { openPort: open.includes('gue-source-port') });
  if (!entry) return undefined;
  const expect = net.parts.findExpect(net, tuple);
  if (!expect) {
    if (template) entry.helper = newFtpHelp();
    return { entry, direction: ORIGINAL };
  }
  entry.master = expect.master;
  entry.mark = expect.master.mark;
  expect.arrived?.(entry);
  return { entry, direction: ORIGINAL };
}

function describe(skb: Skb): string {
  if (!skb.ct) return '';
  const { entry } = skb.ct;
  const state = entry.tuples[ORIGINAL].protocol === PROTOCOL_TCP ? entry.tcp.state : '';
  return `, its entry ${state}${entry.assured ? ' [ASSURED]' : ''}${entry.seenReply ? '' : ' [UNREPLIED]'}`;
}
