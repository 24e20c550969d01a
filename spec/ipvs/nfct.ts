import { newExpect } from '../conntrack/expect.ts';
import { mayAdjust } from '../conntrack/seqadj.ts';
import { changedTuple } from '../conntrack/tuple.ts';
import { directionOf, type NfConn, ORIGINAL, REPLY } from '../conntrack/types.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { connInGet, connOutGet, connPut } from './conn.ts';
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
  if (directionOf(skb.ct.info) === REPLY) return;
  const { entry } = skb.ct;
  if (cp.ftp) mayAdjust(entry);
  alterReply(entry, cp, way);
}

/** Where the answers of a connection come from, or go to. */
function alterReply(entry: NfConn, cp: IpVsConn, way: 'in' | 'out'): void {
  const [original, reply] = entry.tuples;
  entry.tuples =
    way === 'in'
      ? [original, changedTuple(reply, { src: cp.destAddress, sport: cp.destPort })]
      : [original, changedTuple(reply, { dst: cp.virtual, dport: cp.virtualPort })];
}

/**
 * Announces a data connection to conntrack, if a helper reads along its control connection
 * (ip_vs_nfct_expect_related).
 */
export function expectDataConnection(net: Net, master: NfConn, cp: IpVsConn): void {
  const tuple = { src: cp.client, dst: cp.virtual, dport: cp.virtualPort };
  net.parts.expectRelated(
    net,
    newExpect(net, master, tuple, (entry) => expectCallback(net, entry)),
  );
}

/** The announced connection has come, from whichever side (ip_vs_nfct_expect_callback). */
function expectCallback(net: Net, entry: NfConn): void {
  const { protocol, src, sport, dst, dport } = entry.tuples[ORIGINAL];
  const ends = { protocol, source: src, sourcePort: sport, destination: dst, destinationPort: dport };
  const fromServer = connOutGet(net, ends);
  const cp = fromServer ?? connInGet(net, ends);
  if (!cp) return;
  if (cp.forward === 'masq') alterReply(entry, cp, fromServer ? 'out' : 'in');
  connPut(net, cp);
}

/** Whether the packet has an entry that outlived the connection it was for (ip_vs_conn_uses_old_conntrack). */
export function usesOldConntrack(skb: Skb): boolean {
  return skb.ct?.entry.confirmed === true;
}
